// One head as lines from queries (left) to keys (right). See core/components/links.py.

const HAIRLINE = 0.005; // a weight below it is no line while everything is drawn
const MOST_LINES = 20_000;
const SHADES = 50; // lines of like weight share one path: 20,000 elements would be slow, 50 are not
const PAD = 10; // CSS px between a token and its lines
const WIDEST = 560; // CSS px from tokens to tokens

export default function ({ data, parentElement }) {
  const [view, cleanup] = keepView(parentElement, () => new Links(parentElement.querySelector(".links")));
  view.receive(data);
  return cleanup;
}

class Links {
  constructor(root) {
    this.root = root;
    this.headings = make("div", { className: "headings", "aria-hidden": "true" });
    this.stage = make("div", { className: "stage" });
    this.said = make("div", { className: "said", "aria-live": "polite" });
    this.note = make("div", { className: "note", role: "status" });
    this.slider = make("input", { type: "range", min: "50", max: "100", step: "5" });
    this.percent = make("output");
    this.hiding = make("input", { type: "checkbox" });
    this.hidingText = make("span");
    this.buttons = make("span", { className: "push" });
    this.foot = make("div", { className: "foot" }, make("label", {}, this.slider, this.percent),
      make("label", {}, this.hiding, this.hidingText), this.buttons);
    root.replaceChildren(this.headings, this.stage, this.said, this.note, this.foot);

    this.slider.addEventListener("input", () => { this.sayMass(); this.linesSoon(); });
    this.hiding.addEventListener("change", () => { this.pointed = this.held = null; this.draw(); });
    this.linesSoon = onFrame(() => this.drawLines());
    this.showSoon = onFrame(() => this.show());
    const token = (event) => event.target.closest?.(".token")?.place ?? null;
    const point = (place) => { this.pointed = place; this.showSoon(); };
    this.stage.addEventListener("pointerover", (event) => point(token(event)));
    this.stage.addEventListener("pointerleave", () => point(null));
    this.stage.addEventListener("focusin", (event) => point(token(event)));
    this.stage.addEventListener("focusout", () => point(null));
    this.stage.addEventListener("click", (event) => { const place = token(event); if (place) this.hold(place); });
    root.addEventListener("keydown", (event) => this.key(event, token(event)));
    this.resized = new ResizeObserver(() => this.width !== root.clientWidth && this.draw());
    this.resized.observe(root);
  }

  close() {
    this.resized.disconnect();
    this.linesSoon.cancel();
    this.showSoon.cancel();
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      const old = this.header;
      this.bytes = bytes;
      [this.header, this.weights] = unpack(bytes);
      this.words = shortNames(this.header.words, "links.");
      // A held token stays held when only the head changes: so one word can be followed through the heads.
      const tokens = (h) => JSON.stringify([h?.queries, h?.keys]);
      if (tokens(old) !== tokens(this.header)) this.held = this.pointed = null;
      // The person's own setting stays until the page asks for another.
      if (old?.mass !== this.header.mass) this.slider.value = Math.round(this.header.mass * 100);
      if (old?.hide_special !== this.header.hide_special) this.hiding.checked = this.header.hide_special;
      this.take();
    }
    this.draw();
  }

  take() {
    const { header, words } = this;
    [this.n, this.m] = header.shape;
    this.title = fill(words.label, { layer: header.layer + 1, head: header.head + 1 });
    this.hidingText.textContent = words.hide_special;
    this.sayMass();
    const open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["Tab ← ↑ → ↓", words.key_arrows], ["Enter Space", words.key_enter],
      ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.buttons.replaceChildren(
      textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }),
      textButton("PNG", words.png, () => this.savePng()), textButton("SVG", words.svg, () => this.saveSvg()));
  }

  sayMass() {
    this.percent.textContent = fill(this.words.mass, { percent: this.slider.value });
    this.slider.setAttribute("aria-label", this.percent.textContent); // an output within its label names nothing
  }

  axis(side) {
    return side === "query" ? this.header.queries : this.header.keys;
  }

  weight(query, key) {
    return this.weights[query * this.m + key];
  }

  /** A decoder's first input is special, but it writes a real word: its row stays. */
  visible(side) {
    const axis = this.axis(side);
    return axis.tokens.map((_, i) => i).filter((i) => !(this.hiding.checked && axis.special[i] && !axis.writes.length));
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    const style = getComputedStyle(this.root);
    this.font = { size: parseFloat(style.fontSize), small: parseFloat(getComputedStyle(this.foot).fontSize), family: style.fontFamily };
    this.pitch = Math.round(this.font.size * 1.7);
    this.shown = { query: this.visible("query"), key: this.visible("key") };
    const height = Math.max(this.shown.query.length, this.shown.key.length) * this.pitch;
    const room = Math.min(this.width, parseFloat(style.maxWidth) || this.width) - 14; // a scroll bar's width
    const most = Math.max(84, Math.min(260, room * 0.3));
    const labels = { query: this.labels("query", most), key: this.labels("key", most) };
    const widest = (side) => Math.max(this.font.size * 3, ...labels[side].map((label) => label.width)) + PAD;
    this.left = Math.ceil(widest("query")) + 4;
    this.right = Math.min(room - Math.ceil(widest("key")), this.left + WIDEST);
    this.size = [this.right + Math.ceil(widest("key")) + 4, height];

    this.lines = svg("g", { role: "img", "aria-label": this.title, fill: "none" });
    this.tokens = { query: [], key: [] };
    const groups = svg("g");
    for (const side of ["query", "key"]) this.drawTokens(side, labels[side], groups);
    this.picture = svg("svg", { width: this.size[0], height, viewBox: `0 0 ${this.size.join(" ")}`, role: "group", "aria-label": this.title });
    this.picture.append(this.lines, groups);
    const [scroll, focus] = [this.stage.scrollTop, this.root.getRootNode().activeElement?.place];
    this.stage.replaceChildren(this.picture);
    this.stage.scrollTop = scroll;
    this.foot.style.maxWidth = `${Math.max(430, this.size[0])}px`;
    this.drawHeadings();
    this.drawLines();
    if (focus) this.group(focus)?.focus({ preventScroll: true });
  }

  drawHeadings() {
    const query = this.axis("query").writes.length ? this.words.query_writes : this.words.query;
    const ends = [[query, { right: `${this.root.clientWidth - this.left + PAD}px` }, "query"], [this.words.key, { left: `${this.right + PAD}px` }, "key"]];
    this.headings.replaceChildren(...ends.map(([text, at, side]) => {
      const span = make("span", { textContent: text });
      Object.assign(span.style, at, { color: this.colour(side) });
      return span;
    }));
    const first = this.headings.firstChild; // a heading wider than its column begins where the picture does
    if (first.offsetLeft < 0) Object.assign(first.style, { right: "auto", left: "0" });
  }

  /** The concept's colour, lighter on a dark page, so that it can be read as text. */
  colour(side) {
    return `color-mix(in srgb, ${this.header.colours[side]} 80%, var(--st-text-color))`;
  }

  /** Each visible token as parts [text, class], cut to a width in CSS px. */
  labels(side, most) {
    const axis = this.axis(side), pen = make("canvas").getContext("2d");
    const measure = (text, size) => { pen.font = `600 ${size}px ${this.font.family}`; return pen.measureText(text).width; };
    return this.shown[side].map((i) => {
      const special = axis.special[i], size = special ? this.font.small : this.font.size;
      const pieces = [axis.tokens[i], ...(axis.writes.length ? [axis.writes[i]] : [])].map(clean);
      const room = pieces.length > 1 ? (most - measure(" → ", size)) / 2 : most;
      const [own, writes] = pieces.map((text, at) => shorten(text, pieces.length > 1 && at === 1
        ? most - measure(" → ", size) - Math.min(room, measure(pieces[0], size)) : room, (t) => measure(t, size)));
      const parts = [];
      if (axis.continues[i]) parts.push(["·", "thin"]);
      parts.push([own, special ? "special" : ""]);
      if (writes !== undefined) parts.push([" → ", "thin"], [writes, ""]);
      return { i, parts, width: measure(parts.map(([text]) => text).join(""), size) };
    });
  }

  drawTokens(side, labels, into) {
    const [edge, anchor, way] = side === "query" ? [this.left, "end", -1] : [this.right, "start", 1];
    labels.forEach(({ i, parts }, row) => {
      const y = (row + 0.5) * this.pitch;
      const text = svg("text", { x: edge + way * PAD, y, dy: "0.35em", "text-anchor": anchor, "font-size": this.font.size });
      for (const [part, kind] of parts) {
        const span = svg("tspan", kind ? { class: kind } : {});
        span.textContent = part;
        text.append(span);
      }
      text.style.whiteSpace = "pre";
      const number = svg("text", { class: "number", x: edge - way * 6, y, dy: "0.35em", "text-anchor": side === "query" ? "start" : "end" });
      const hit = svg("rect", { class: "hit", x: side === "query" ? 0 : edge, y: row * this.pitch,
        width: side === "query" ? edge : this.size[0] - edge, height: this.pitch });
      const name = tokenName(this.axis(side), i), title = svg("title");
      title.textContent = name;
      const group = svg("g", { class: "token", role: "button", tabindex: row ? -1 : 0, "aria-pressed": false,
        "aria-label": `${this.words[side]}: ${name}` }, title, hit, text, number);
      group.place = { side, i };
      this.tokens[side].push({ i, y, group, text, number });
      into.append(group);
    });
  }

  group(place) {
    return this.tokens[place.side].find((token) => token.i === place.i)?.group;
  }

  // ---- lines ---------------------------------------------------------------

  /** Which weights are drawn: for each query the fewest keys that together hold the share of its visible row. */
  choose() {
    const mass = Number(this.slider.value) / 100, lines = [];
    for (const query of this.shown.query) {
      const row = this.shown.key.map((key) => ({ query, key, weight: this.weight(query, key) })).sort((a, b) => b.weight - a.weight);
      const wanted = mass * row.reduce((sum, line) => sum + line.weight, 0);
      let sum = 0;
      for (const line of row) {
        if (mass === 1 ? line.weight < HAIRLINE : sum >= wanted - 1e-6 || line.weight === 0) break;
        sum += line.weight;
        lines.push(line);
      }
    }
    return lines;
  }

  drawLines() {
    const lines = this.choose();
    this.total = lines.length;
    if (lines.length > MOST_LINES) lines.sort((a, b) => b.weight - a.weight).length = MOST_LINES;
    this.drawn = new Set(lines.map((line) => line.query * this.m + line.key));
    const rows = (side) => new Map(this.tokens[side].map((token) => [token.i, token.y]));
    this.rows = { query: rows("query"), key: rows("key") };
    const shades = Array.from({ length: SHADES + 1 }, () => []);
    for (const line of lines) shades[Math.round(Math.min(1, line.weight) * SHADES)].push(this.curve(line));
    this.all = shades.map((curves, shade) => curves.length && this.path(curves.join(""), Math.max(shade / SHADES, 0.01), 0.03)).filter(Boolean);
    const format = (number) => number.toLocaleString(document.documentElement.lang || undefined);
    this.note.textContent = lines.length < this.total
      ? fill(this.words.left_out, { shown: format(lines.length), total: format(this.total) })
      : this.total ? "" : fill(this.words.none, { weight: HAIRLINE });
    this.show();
  }

  /** numbered: the side whose numbers stand where its lines would end. */
  curve({ query, key }, numbered) {
    const from = this.rows.query.get(query), to = this.rows.key.get(key), room = this.font.small * 3.3;
    const left = this.left + (numbered === "query" ? room : 0), right = this.right - (numbered === "key" ? room : 0);
    const middle = (left + right) / 2;
    return `M${left} ${from}C${middle} ${from} ${middle} ${to} ${right} ${to}`;
  }

  /** faintest: the opacity next to weight 0; thousands of lines together need less of it than one row. */
  path(d, weight, faintest) {
    const stops = this.header.scale, [, colour] = stops[Math.round((stops.length - 1) * 0.78)];
    return svg("path", { d, stroke: colour, "stroke-opacity": (faintest + (1 - faintest) * weight).toFixed(3), "stroke-width": (0.6 + 3.4 * weight).toFixed(2) });
  }

  /** All lines, or those of the held token, or of the one pointed at, with their numbers. */
  show() {
    const place = this.held ?? this.pointed;
    const other = place?.side === "query" ? "key" : "query";
    const at = (i) => (place.side === "query" ? { query: place.i, key: i } : { query: i, key: place.i });
    for (const side of ["query", "key"]) {
      for (const token of this.tokens[side]) {
        const chosen = place?.side === side && place.i === token.i;
        const cell = place && side === other && at(token.i);
        const weight = cell && this.weight(cell.query, cell.key);
        const drawn = cell && this.drawn.has(cell.query * this.m + cell.key);
        token.text.classList.toggle("on", chosen);
        token.text.classList.toggle("off", Boolean(place) && !chosen && !drawn);
        if (chosen !== token.chosen) token.text.style.fill = chosen ? this.colour(side) : "";
        const pressed = String(Boolean(chosen && this.held));
        if (token.group.getAttribute("aria-pressed") !== pressed) token.group.setAttribute("aria-pressed", pressed);
        token.chosen = chosen;
        token.number.textContent = cell ? weight.toFixed(3) : "";
        token.number.classList.toggle("faint", Boolean(cell) && !drawn);
        token.number.classList.toggle("heavy", Boolean(cell) && weight >= 0.2);
      }
    }
    if (!place) this.lines.replaceChildren(...this.all);
    else {
      const mine = this.shown[other].map(at).filter(({ query, key }) => this.drawn.has(query * this.m + key));
      this.lines.replaceChildren(...mine.map((cell) => this.path(this.curve(cell, other), Math.min(1, this.weight(cell.query, cell.key)), 0.25)));
    }
    this.tell(place, other, at);
  }

  /** The sentence that reads the numbers aloud: the three largest. */
  tell(place, other, at) {
    this.said.classList.toggle("idle", !place);
    if (!place) {
      this.said.textContent = this.words.hint;
      return;
    }
    const entry = place.side === "query" ? this.words.to : this.words.from;
    const best = this.shown[other].map((i) => ({ i, weight: this.weight(at(i).query, at(i).key) }))
      .sort((a, b) => b.weight - a.weight).slice(0, 3)
      .map(({ i, weight }) => fillNodes(entry, { weight: weight.toFixed(3), [other]: tokenName(this.axis(other), i) }));
    const list = make("span", {}, ...best.flatMap((nodes, i) => (i ? [", ", ...nodes] : nodes)));
    const template = place.side === "query" ? this.words.row : this.words.column;
    const sentence = fillNodes(template, { [place.side]: tokenName(this.axis(place.side), place.i), list: "" });
    sentence.find((node) => node.className === "list")?.append(list);
    const name = sentence.find((node) => node.className === place.side);
    if (name) Object.assign(name.style, { color: this.colour(place.side), fontWeight: 600 });
    const held = this.held ? ` ${fill(this.words.locked, { token: tokenName(this.axis(place.side), place.i) })}` : "";
    this.said.replaceChildren(...sentence, make("span", { className: "thin", textContent: held }));
  }

  // ---- keys ----------------------------------------------------------------

  hold(place) {
    const same = this.held && this.held.side === place.side && this.held.i === place.i;
    this.held = same ? null : place;
    this.focusOn(place);
    this.show();
  }

  /** One stop of the Tab key on each side; arrows do the rest. */
  focusOn(place) {
    for (const token of this.tokens[place.side]) token.group.setAttribute("tabindex", token.i === place.i ? 0 : -1);
    this.group(place).focus();
  }

  key(event, place) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = (by) => {
      const order = this.shown[place.side], at = order.indexOf(place.i) + by;
      this.focusOn({ side: place.side, i: order[Math.min(order.length - 1, Math.max(0, at))] });
    };
    const cross = (side) => {
      const row = Math.min(this.shown[place.side].indexOf(place.i), this.shown[side].length - 1);
      if (row >= 0) this.focusOn({ side, i: this.shown[side][row] });
    };
    const onToken = place && {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), Home: () => step(-Infinity), End: () => step(Infinity),
      ArrowLeft: () => cross("query"), ArrowRight: () => cross("key"), Enter: () => this.hold(place), " ": () => this.hold(place),
    };
    const anywhere = {
      Escape: () => { if (this.keys.hidden) { this.held = this.pointed = null; this.show(); } else this.keys.hidden = true; },
      "?": () => { this.keys.hidden = !this.keys.hidden; },
    };
    act(event, onToken?.[event.key] ?? anywhere[event.key]);
  }

  // ---- saving --------------------------------------------------------------

  saveSvg() {
    saveSvg(standalone(this)[0], `${this.header.file_stem}.svg`);
  }

  savePng() {
    saveAsPng(...standalone(this), this.header.file_stem);
  }
}
