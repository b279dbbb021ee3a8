// Beam search as a tree: time runs to the right, each column best first. See core/components/beam_tree.py.

const COLUMN = 118, LINE = 30, BOX = 92, TALL = 24, HEAD = 26; // CSS px at 14 px type
const [STEP, PARENT, TEXT, LOG_PROB, SCORE, FATE] = [0, 1, 2, 3, 4, 5];

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new BeamTree(parentElement.querySelector(".tree")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

class BeamTree {
  constructor(root) {
    this.root = root;
    this.scroll = make("div", { className: "scroll", tabIndex: 0, role: "application" });
    this.said = make("div", { className: "said", "aria-live": "polite" });
    this.hiding = make("input", { type: "checkbox", onchange: () => { intoLink("pruned", this.hiding.checked ? "hidden" : "", ""); this.draw(); } });
    this.hidingText = make("span");
    this.legend = make("span");
    this.push = make("span", { className: "push" });
    this.outputs = make("ol");
    root.replaceChildren(this.scroll, this.said, this.outputs, make("div", { className: "foot" },
      make("label", {}, this.hiding, this.hidingText), this.legend, this.push));
    const node = (event) => event.target.closest?.(".node")?.place ?? null;
    this.scroll.addEventListener("pointerover", (event) => { const at = node(event); if (at !== null) this.point(at, false); });
    this.scroll.addEventListener("pointerleave", () => this.point(this.header.chosen, false));
    this.scroll.addEventListener("click", (event) => { const at = node(event); if (at !== null) this.choose(at); });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  close() {
    this.root.replaceChildren();
  }

  receive(bytes) {
    if (sameBytes(this.bytes, bytes)) return;
    const before = JSON.stringify(this.header?.nodes);
    this.bytes = bytes;
    [this.header] = unpack(bytes);
    this.words = shortNames(this.header.words, "tree.");
    this.nodes = this.header.nodes;
    this.rank = new Map(this.header.found.map((node, i) => [node, i + 1]));
    this.pointed = this.header.chosen;
    if (before === undefined) this.hiding.checked = fromLink("pruned") === "hidden";
    this.hidingText.textContent = this.words.hide;
    this.legend.textContent = this.words.legend;
    const open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(this.words.keys, [["← ↑ → ↓", this.words.key_arrows], ["Enter", this.words.key_enter], ["?", this.words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.push.replaceChildren(textButton("?", this.words.keys, () => { this.keys.hidden = !this.keys.hidden; }),
      textButton("PNG", this.words.png, () => saveAsPng(...this.standalone(), this.header.file_stem)),
      textButton("SVG", this.words.svg, () => saveSvg(this.standalone()[0], `${this.header.file_stem}.svg`)));
    const steps = Math.max(...this.nodes.map((node) => node[STEP]));
    this.scroll.setAttribute("aria-label", fill(this.words.label, { steps, nodes: this.nodes.length }));
    this.outputs.replaceChildren(...this.header.found.map((node, i) => make("li", {}, make("button", { type: "button",
      onclick: () => this.choose(node), "aria-current": String(node === this.header.chosen), title: fill(this.words.output, { rank: i + 1 }) },
      make("b", { textContent: `${i + 1}.` }), this.text(node), make("small", { textContent: signed(this.nodes[node][SCORE]) })))));
    this.draw();
    if (before !== JSON.stringify(this.nodes)) this.scroll.scrollLeft = 0;
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    const unit = parseFloat(getComputedStyle(this.root).fontSize) / 14;
    const way = new Set(this.path(this.header.chosen));
    this.columns = [[]]; // step 0 is the root
    this.spots = new Map();
    this.nodes.forEach((node, i) => {
      if (this.hiding.checked && node[FATE] === "pruned" && !way.has(i)) return;
      const column = (this.columns[node[STEP]] ??= []);
      this.spots.set(i, [node[STEP] * COLUMN * unit, (HEAD + (column.length + 0.5) * LINE) * unit]);
      column.push(i);
    });
    const height = (HEAD + Math.max(...this.columns.map((column) => column.length)) * LINE) * unit;
    const start = [COLUMN * 0.32 * unit, (HEAD + LINE / 2) * unit];
    const width = (this.columns.length * COLUMN) * unit;
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    const lines = svg("g"), boxes = svg("g"), lit = svg("g");
    for (const [i, [x, y]] of this.spots) {
      const node = this.nodes[i], [px, py] = node[PARENT] < 0 ? start : this.spots.get(node[PARENT]);
      const from = node[PARENT] < 0 ? px + 14 * unit : px + BOX * unit, half = (from + x) / 2;
      const curve = svg("path", { d: `M${from} ${py} C${half} ${py} ${half} ${y} ${x} ${y}`,
        class: `${node[FATE]}${way.has(i) ? " way" : ""}` });
      (way.has(i) ? lit : lines).append(curve);
      boxes.append(this.box(i, x, y, unit, way.has(i)));
    }
    this.columns.forEach((column, step) => {
      const name = svg("text", { x: step * COLUMN * unit, y: 15 * unit, class: "step" });
      name.textContent = fill(this.words.step, { step });
      if (step) lines.append(name);
    });
    const root = svg("text", { x: start[0] + 10 * unit, y: start[1] + 5 * unit, "text-anchor": "end", class: "step" });
    root.textContent = this.words.start;
    picture.append(lines, lit, root, boxes);
    this.scroll.replaceChildren(picture);
    this.point(this.spots.has(this.pointed) ? this.pointed : this.header.chosen, false);
  }

  box(i, x, y, unit, lit) {
    const [, , token, , , fate] = this.nodes[i], rank = this.rank.get(i);
    const group = svg("g", { class: `node ${fate}${lit ? " way" : ""}${rank ? " output" : ""}` });
    group.place = i;
    group.append(svg("rect", { x, y: y - (TALL / 2) * unit, width: BOX * unit, height: TALL * unit, rx: 6 * unit }));
    const shown = clean(token), text = svg("text", { x: x + 8 * unit, y: y + 5 * unit });
    text.textContent = shown.length > 10 ? `${shown.slice(0, 9)}…` : shown;
    group.append(text);
    if (rank) {
      const number = svg("text", { x: x + (BOX - 8) * unit, y: y + 5 * unit, "text-anchor": "end", class: "rank" });
      number.textContent = `${rank}.`;
      group.append(number);
    }
    return group;
  }

  path(node) {
    const way = [];
    for (let at = node; at >= 0; at = this.nodes[at][PARENT]) way.unshift(at);
    return way;
  }

  /** The hypothesis as a line of text: pieces joined, no space before a full stop. */
  text(node) {
    return this.path(node).map((i) => clean(this.nodes[i][TEXT])).join(" ").replace(/ <\/s>$/, "").replace(/ ·/g, "").replace(/ (?=[.,)'’-])/g, "").replace(/(['’-]) /g, "$1");
  }

  /** The picture on its own, and its size: the hypothesis that is looked at, and the outputs, as text under it. */
  standalone() {
    const picture = this.scroll.querySelector("svg"), style = getComputedStyle(this.root), edge = 16, size = parseFloat(style.fontSize);
    const lines = [this.line(this.header.chosen), "", ...this.header.found.map((node, i) => `${i + 1}. ${this.text(node)}  ${signed(this.nodes[node][SCORE])}`)];
    const [w, h] = ["width", "height"].map((name) => Number(picture.getAttribute(name)));
    const whole = [Math.max(w, 640) + 2 * edge, h + (lines.length + 1) * size * 1.6 + 2 * edge];
    const copy = styledCopy(picture, ["fill", "stroke", "stroke-width", "font-size", "font-weight"]);
    const text = lines.map((line, i) => {
      const one = svg("text", { y: h + (i + 1.4) * size * 1.6, fill: plainColour(style.color) });
      one.textContent = clean(line);
      return one;
    });
    const ground = svg("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--st-background-color") || "#fff" });
    return [svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: whole[0], height: whole[1], viewBox: `0 0 ${whole.join(" ")}`,
      "font-family": style.fontFamily, "font-size": size }, svg("title", {}, this.scroll.getAttribute("aria-label")), ground,
      svg("g", { transform: `translate(${edge} ${edge})` }, ...copy.childNodes, ...text)), whole];
  }

  /** What is said of a hypothesis, as one line. */
  line(i) {
    const node = this.nodes[i];
    return `${fill(this.words.hypothesis, { text: this.text(i) })} ${fill(this.words.scores, { log_prob: signed(node[LOG_PROB]), score: signed(node[SCORE]) })}`;
  }

  // ---- pointing and choosing -----------------------------------------------

  point(i, reveal) {
    this.pointed = i;
    for (const group of this.scroll.querySelectorAll(".node")) group.classList.toggle("pointed", group.place === i);
    const node = this.nodes[i], rank = this.rank.get(i);
    const fate = rank ? fill(this.words.output, { rank }) : this.words[node[FATE]];
    this.said.replaceChildren(...fillNodes(this.words.hypothesis, { text: this.text(i) }),
      make("small", { textContent: `${fill(this.words.scores, { log_prob: signed(node[LOG_PROB]), score: signed(node[SCORE]) })} ${fate}` }));
    if (!reveal) return;
    const [x, y] = this.spots.get(i), box = this.scroll;
    if (x < box.scrollLeft || x + COLUMN > box.scrollLeft + box.clientWidth) box.scrollLeft = x - box.clientWidth / 2;
    if (y - LINE < box.scrollTop || y + LINE > box.scrollTop + box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
  }

  choose(i) {
    this.point(i, false);
    this.send("chosen", i);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "?") this.keys.hidden = !this.keys.hidden;
    else if (event.key === "Escape") this.keys.hidden = true;
    else if (event.composedPath()[0] !== this.scroll) return;
    else if (event.key === "Enter") this.choose(this.pointed);
    else if (event.key.startsWith("Arrow")) this.point(this.neighbour(event.key), true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  neighbour(key) {
    const here = this.pointed, column = this.columns[this.nodes[here][STEP]], row = column.indexOf(here);
    if (key === "ArrowUp") return column[Math.max(0, row - 1)];
    if (key === "ArrowDown") return column[Math.min(column.length - 1, row + 1)];
    if (key === "ArrowLeft") return this.nodes[here][PARENT] < 0 ? here : this.nodes[here][PARENT];
    const next = this.columns[this.nodes[here][STEP] + 1] ?? [];
    return next.find((i) => this.nodes[i][PARENT] === here) ?? here;
  }
}

function signed(value) {
  return value.toFixed(2).replace("-", "−");
}
