// All heads of a map on one canvas. See core/components/overview.py.

const GAP = 6; // CSS px between heads
const SMALLEST = 40, LARGEST = 168; // CSS px a head at zoom 1, with labels of 12 px
const CELL = 28; // CSS px a cell has at most, or a one-token map would be a wall of colour
const BAR = 5; // CSS px of the coloured bar under a head that is measured
const EDGE = 4; // CSS px around the heads, room for the outline of a chosen one
const PIXELS = 24e6; // of the canvas, at most
const SVG_CELLS = 20_000;

// What was chosen under each turn of a key: a component that is taken down and put up again still knows.
const chosenBefore = new Map();

export default function ({ data, parentElement, setStateValue }) {
  performance.clearMarks("headlight-overview-arrived");
  performance.mark("headlight-overview-arrived");
  const [view, cleanup] = keepView(parentElement, () => new Overview(parentElement.querySelector(".overview")));
  view.send = setStateValue;
  view.receive(data);
  return cleanup;
}

class Overview {
  constructor(root) {
    this.root = root;
    this.zoom = 1;
    this.canvas = make("canvas", { tabIndex: 0, role: "application" });
    this.context = this.canvas.getContext("2d");
    this.heads = make("div", { className: "heads", "aria-hidden": "true" });
    this.layers = make("div", { className: "layers", "aria-hidden": "true" });
    this.chosenMark = make("div", { className: "mark chosen" });
    this.cellMark = make("div", { className: "mark cell", hidden: true });
    this.sheet = make("div", { className: "sheet" }, make("div", { className: "corner" }), this.heads, this.layers,
      this.canvas, this.chosenMark, this.cellMark);
    this.scroller = make("div", { className: "scroller" }, this.sheet);
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    this.foot = make("div", { className: "foot" });
    root.replaceChildren(this.scroller, this.foot, this.tip, this.live);

    this.hoverSoon = onFrame(() => this.hover());
    this.canvas.addEventListener("pointermove", (event) => { this.pointer = event; this.hoverSoon(); });
    this.canvas.addEventListener("pointerleave", () => { this.pointer = null; this.hoverSoon(); });
    this.canvas.addEventListener("click", (event) => {
      const spot = this.spot(event);
      if (spot) this.choose(spot.layer, spot.head, 0);
    });
    this.canvas.addEventListener("dblclick", () => this.toggleZoom());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.keys.hidden === false && this.showKeys(false));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    this.hoverSoon.cancel();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      this.bytes = bytes;
      [this.header, this.weights] = unpack(bytes);
      this.words = shortNames(this.header.words, "overview.");
      this.take();
    }
    this.draw();
  }

  take() {
    const { header, words } = this;
    [this.nLayers, this.nHeads, this.n, this.m] = header.shape;
    this.colours = colourTable(header.scale);
    const id = `${header.key} ${header.turn}`;
    if (this.turn !== header.turn) this.chosen = chosenBefore.get(id) ?? header.selected;
    this.turn = header.turn;
    const within = (i, count) => (i === null ? null : Math.min(i, count - 1)); // null: all of them, pooled
    this.chosen = [within(this.chosen[0], this.nLayers), within(this.chosen[1], this.nHeads)];

    // Where each head stands: in the model's order, or in that of a measure. heads are counted through all layers.
    this.order = header.tint?.order ?? Array.from({ length: this.nLayers * this.nHeads }, (_, at) => at);
    this.standing = new Map(this.order.map((at, place) => [at, place]));
    this.sorted = Boolean(header.tint?.order);
    this.tints = header.tint && colourTable(header.scale);
    const title = fill(words.label, { layers: this.nLayers, heads: this.nHeads });
    this.canvas.setAttribute("aria-label", title);
    const label = (template, name, i) =>
      make("span", { textContent: i ? String(i + 1) : fill(template, { [name]: 1 }), className: i ? "" : "first" });
    this.heads.replaceChildren(...Array.from({ length: this.nHeads }, (_, i) => label(words.head, "head", i)));
    this.layers.replaceChildren(...Array.from({ length: this.nLayers }, (_, i) => label(words.layer, "layer", i)));
    for (const side of [this.heads, this.layers]) side.hidden = this.sorted; // each head then carries its own name

    const open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["← ↑ → ↓", words.key_arrows], ["Home End", words.key_ends], ["+ −", words.key_zoom],
      ["Enter", words.key_enter], ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    const bar = make("i");
    bar.style.background = `linear-gradient(to right, ${header.scale.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
    const part = (text) => make("span", { textContent: text });
    const legend = make("span", { className: "legend" }, part("0"), bar,
      ...(header.peaks ? [words.stretched] : ["1", words.weight]).map(part));
    const save = make("span", { className: "push" },
      textButton("?", words.keys, () => this.showKeys(this.keys.hidden)), textButton("PNG", words.png, () => this.savePng()));
    if (this.weights.length < SVG_CELLS) save.append(textButton("SVG", words.svg, () => this.saveSvg()));
    if (header.tint) legend.append(this.tintLegend(header.tint));
    this.foot.replaceChildren(legend, save);
  }

  /** What the bars under the heads say: from 0 to the largest there is. */
  tintLegend({ title, most }) {
    const bar = make("i");
    bar.style.background = `linear-gradient(to right, ${this.header.scale.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
    const part = (text) => make("span", { textContent: text });
    return make("span", { className: "legend tint" }, part(`${clean(title)}: 0`), bar, part(this.tintText(most)));
  }

  tintText(value) {
    return value.toFixed(value < 10 ? 2 : 1);
  }

  /** The weight of a cell as text. One byte knows it to 1/255 (of the head's peak, when stretched): where
   * that leaves two readings open, the sign for "about" stands before it. */
  reading({ layer, head, query, key }) {
    const at = layer * this.nHeads + head;
    const byte = this.weights[(at * this.n + query) * this.m + key];
    const peak = this.header.peaks ? this.header.peaks[at] : 1;
    const digits = peak / 255 < 0.0005 ? 3 : 2;
    const text = (b) => ((Math.min(255, Math.max(0, b)) / 255) * peak).toFixed(digits);
    return (text(byte - 0.5) === text(byte + 0.5) ? "" : "≈ ") + text(byte);
  }

  // ---- picture -------------------------------------------------------------

  /** Sizes in device pixels, so that every head is as sharp as the screen. */
  measure(ratio, zoom) {
    const { n, m, nHeads, nLayers } = this;
    const room = this.root.clientWidth - this.layersWidth - 2 * EDGE;
    const wide = (room - GAP * (nHeads - 1)) / nHeads;
    const type = parseFloat(getComputedStyle(this.heads).fontSize), strip = this.header.tint ? BAR + type * 1.4 + 3 : 0;
    const tall = Math.max(520, window.innerHeight * 0.82) / nLayers - GAP - strip;
    const small = SMALLEST * (type / 12), large = Math.max(LARGEST, small);
    const shape = Math.min(2, Math.max(0.5, n / m)); // height over width
    const base = Math.max(small, Math.min(large, wide, tall / shape, CELL * Math.max(m, n / shape)));
    const most = Math.sqrt(PIXELS / (nHeads * nLayers * shape)) / ratio;
    const snap = (size, cells) => (size >= cells && (size % cells) / size < 0.13 ? size - (size % cells) : size);
    const size = Math.min(base * zoom, Math.max(small, most));
    const w = snap(Math.round(size * ratio), m);
    const h = snap(Math.max(Math.round(size * shape * ratio), 1), n);
    const gap = Math.round(GAP * ratio), below = Math.round(strip * ratio); // what a measured head carries under it
    return { w, h, gap, ratio, base, most, type, below, stepX: w + gap, stepY: h + below + gap,
      width: nHeads * (w + gap) - gap, height: nLayers * (h + below + gap) - gap };
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    this.layersWidth = this.sorted ? 0 : Math.ceil(this.layers.firstChild.getBoundingClientRect().width * 1.08) + 9; // bold is wider
    const g = (this.grid = this.measure(this.ratio, this.zoom));
    const px = (value) => `${value / g.ratio}px`;
    this.canvas.width = g.width;
    this.canvas.height = g.height;
    Object.assign(this.canvas.style, { width: px(g.width), height: px(g.height) });
    this.sheet.style.gridTemplateColumns = `${this.layersWidth}px auto`;
    [...this.heads.children].forEach((span, i) => { span.style.left = px(i * g.stepX + (i ? g.w / 2 : 0) + EDGE * g.ratio); });
    [...this.layers.children].forEach((span, i) => { span.style.top = px(i * g.stepY + g.h / 2 + EDGE * g.ratio); });
    this.foot.style.maxWidth = `${Math.max(430, this.layersWidth + EDGE + g.width / g.ratio)}px`;
    // Zoomed in, the heads scroll in a window as high as all of them were.
    const full = this.measure(this.ratio, 1).height / g.ratio + 40;
    this.scroller.style.maxHeight = this.zoom > 1 ? `${Math.max(full, Math.min(440, window.innerHeight * 0.6))}px` : "";
    this.paint(this.context, g, 0, 0);
    this.markChosen();
    this.hoverSoon();
    performance.clearMarks("headlight-overview-painted");
    performance.mark("headlight-overview-painted");
  }

  paint(context, g, left, top) {
    const image = context.createImageData(g.w, g.h);
    const pixels = new Uint32Array(image.data.buffer);
    const [rows, columns] = [covered(this.n, g.h), covered(this.m, g.w)];
    context.strokeStyle = getComputedStyle(this.root).color;
    context.lineWidth = Math.max(1, Math.round(g.ratio));
    const size = this.n * this.m;
    for (const [place, at] of this.order.entries()) {
      const x = left + (place % this.nHeads) * g.stepX, y = top + Math.floor(place / this.nHeads) * g.stepY;
      paintHead(pixels, this.weights.subarray(at * size, (at + 1) * size), this.m, rows, columns, this.colours);
      context.putImageData(image, x, y);
      context.globalAlpha = 0.16; // a hairline: where weights are 0 a head has the colour of the page
      context.strokeRect(x + context.lineWidth / 2, y + context.lineWidth / 2, g.w - context.lineWidth, g.h - context.lineWidth);
      context.globalAlpha = 1;
      if (this.tints) this.paintTint(context, g, at, x, y + g.h);
    }
  }

  /** The bar under a head, and its number; where heads are sorted, the head's name first. */
  paintTint(context, g, at, x, y) {
    const { values, most } = this.header.tint, style = getComputedStyle(this.root), size = g.type * g.ratio;
    context.fillStyle = hex(this.tints[Math.round(255 * Math.min(1, values[at] / most))]);
    context.fillRect(x, y + g.ratio, g.w, BAR * g.ratio);
    context.globalAlpha = 0.3;
    context.strokeRect(x + context.lineWidth / 2, y + g.ratio, g.w - context.lineWidth, BAR * g.ratio);
    context.globalAlpha = 1;
    context.fillStyle = style.color;
    context.font = `${size}px ${style.fontFamily}`;
    context.textBaseline = "alphabetic";
    for (const [text, dx, anchor, bold] of this.tintTexts(at, g)) {
      context.font = `${bold ? 700 : 400} ${size}px ${style.fontFamily}`;
      context.textAlign = anchor;
      context.fillText(text, x + dx, y + BAR * g.ratio + size * 1.15);
    }
  }

  /** [text, distance from the left, alignment, bold]: `2.5` is layer 2, head 5. */
  tintTexts(at, g) {
    const value = this.tintText(this.header.tint.values[at]);
    if (!this.sorted) return [[value, g.w / 2, "center", false]];
    const name = `${Math.floor(at / this.nHeads) + 1}.${(at % this.nHeads) + 1}`;
    return g.w / g.ratio < g.type * 5.2 ? [[name, g.w / 2, "center", true]] : [[name, 0, "left", true], [value, g.w, "right", false]];
  }

  place(mark, x, y, w, h, around) {
    const g = this.grid;
    Object.assign(mark.style, {
      transform: `translate(${this.canvas.offsetLeft + x / g.ratio - around}px, ${this.canvas.offsetTop + y / g.ratio - around}px)`,
      width: `${w / g.ratio + 2 * around}px`, height: `${h / g.ratio + 2 * around}px`,
    });
  }

  markChosen() {
    const [layer, head] = this.chosen, g = this.grid;
    // Sorted, the heads of a layer stand apart: there is no one outline around them.
    this.chosenMark.hidden = this.sorted && (layer === null || head === null);
    if (!this.chosenMark.hidden) {
      const [row, column] = layer === null || head === null ? [layer ?? 0, head ?? 0] : this.stands(layer, head);
      this.place(this.chosenMark, column * g.stepX, row * g.stepY,
        head === null ? g.width : g.w, layer === null ? g.height : g.h, 3);
    }
    [...this.heads.children].forEach((span, i) => span.classList.toggle("on", i === head || head === null));
    [...this.layers.children].forEach((span, i) => span.classList.toggle("on", i === layer || layer === null));
  }

  // ---- pointing ------------------------------------------------------------

  /** [row, column] of a head in the picture, and back. */
  stands(layer, head) {
    const place = this.standing.get(layer * this.nHeads + head);
    return [Math.floor(place / this.nHeads), place % this.nHeads];
  }

  headAt(row, column) {
    const at = this.order[row * this.nHeads + column];
    return [Math.floor(at / this.nHeads), at % this.nHeads];
  }

  spot(event) {
    const g = this.grid, box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) * g.ratio, y = (event.clientY - box.top) * g.ratio;
    const [column, row] = [Math.floor(x / g.stepX), Math.floor(y / g.stepY)];
    const [u, v] = [(x - column * g.stepX) / g.w, (y - row * g.stepY) / g.h];
    if (u < 0 || v < 0 || u >= 1 || v >= 1 || column >= this.nHeads || row >= this.nLayers) return null;
    const [layer, head] = this.headAt(row, column);
    return { layer, head, row, column, query: Math.floor(v * this.n), key: Math.floor(u * this.m) };
  }

  hover() {
    const spot = this.pointer && this.spot(this.pointer);
    this.tip.hidden = !spot;
    const g = this.grid;
    const [w, h] = [g.w / this.m, g.h / this.n];
    this.cellMark.hidden = !spot || Math.min(w, h) < 5 * g.ratio;
    if (!spot) return;
    const what = { query: tokenName(this.header.queries, spot.query), key: tokenName(this.header.keys, spot.key), weight: this.reading(spot) };
    this.tip.replaceChildren(...fillNodes(this.words.hover, what), make("small", { textContent: this.aboutHead(spot) }));
    this.place(this.cellMark, spot.column * g.stepX + spot.key * w, spot.row * g.stepY + spot.query * h, w, h, 0);
    placeTip(this.tip, this.root, this.pointer);
    speak(this, `${this.aboutHead(spot)}: ${fill(this.words.hover, what)}`);
  }

  /** Which head it is, and what it measures. */
  aboutHead({ layer, head }) {
    const name = fill(this.words.at, { layer: layer + 1, head: head + 1 }), { tint } = this.header;
    return tint ? `${name} · ${clean(tint.title)} ${tint.values[layer * this.nHeads + head].toFixed(3)}` : name;
  }

  // ---- choosing ------------------------------------------------------------

  /** A held arrow key passes many heads; Python hears of the one it stops at. */
  choose(layer, head, wait) {
    this.chosen = [layer, head];
    chosenBefore.set(`${this.header.key} ${this.turn}`, this.chosen);
    this.markChosen();
    speak(this, fill(this.words.chosen, { layer: layer + 1, head: head + 1 }));
    clearTimeout(this.sending);
    const tell = () => this.send("chosen", [layer, head, this.turn]);
    if (wait) this.sending = setTimeout(tell, wait);
    else tell();
    this.reveal(false);
  }

  reveal(centre) {
    const g = this.grid, box = this.scroller, [row, column] = this.stands(...this.chosen.map((i) => i ?? 0));
    const x = (column * g.stepX) / g.ratio, y = (row * g.stepY) / g.ratio, w = g.w / g.ratio, h = g.h / g.ratio;
    const inner = [box.clientWidth - this.canvas.offsetLeft, box.clientHeight - this.canvas.offsetTop];
    const seen = (start, size, from, room) => start >= from && start + size <= from + room;
    if (centre || !seen(x, w, box.scrollLeft, inner[0])) box.scrollLeft = x - (inner[0] - w) / 2;
    if (centre || !seen(y, h, box.scrollTop, inner[1])) box.scrollTop = y - (inner[1] - h) / 2;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [row, column] = this.stands(...this.chosen.map((i) => i ?? 0));
    const go = (r, c) => {
      const to = this.headAt(Math.min(this.nLayers - 1, Math.max(0, r)), Math.min(this.nHeads - 1, Math.max(0, c)));
      if (to[0] !== this.chosen[0] || to[1] !== this.chosen[1]) this.choose(...to, 160);
    };
    const actions = {
      ArrowLeft: () => go(row, column - 1), ArrowRight: () => go(row, column + 1),
      ArrowUp: () => go(row - 1, column), ArrowDown: () => go(row + 1, column),
      Home: () => go(0, 0), End: () => go(this.nLayers - 1, this.nHeads - 1),
      "+": () => this.setZoom(this.zoom * 1.5), "=": () => this.setZoom(this.zoom * 1.5), "-": () => this.setZoom(this.zoom / 1.5),
      Enter: () => this.toggleZoom(), "?": () => this.showKeys(this.keys.hidden),
      Escape: () => (this.keys.hidden ? this.setZoom(1) : this.showKeys(false)),
    };
    act(event, actions[event.key]);
  }

  toggleZoom() {
    const room = Math.min(this.width - this.layersWidth, Math.max(360, this.scroller.clientHeight - 40));
    this.setZoom(this.zoom > 1 ? 1 : Math.max(1.5, (room * 0.9) / this.grid.base));
  }

  setZoom(zoom) {
    const most = Math.max(1, Math.min(12, this.grid.most / this.grid.base));
    const next = zoom < 1.05 ? 1 : Math.min(zoom, most);
    if (next === this.zoom) return;
    this.zoom = next;
    this.draw();
    this.reveal(true);
  }

  showKeys(open) {
    this.keys.hidden = !open;
  }

  // ---- saving --------------------------------------------------------------

  savePng() {
    const g1 = this.measure(1, 1), edge = 16;
    const left = this.layersWidth + edge, top = 26 + edge;
    const ratio = exportRatio(g1.width + left + edge, g1.height + top + edge);
    const g = this.measure(ratio, 1);
    const canvas = make("canvas", { width: g.width + (left + edge) * ratio, height: g.height + (top + edge) * ratio });
    const context = canvas.getContext("2d"), style = getComputedStyle(this.root);
    context.fillStyle = style.getPropertyValue("--st-background-color") || "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    this.paint(context, g, Math.round(left * ratio), Math.round(top * ratio));
    context.fillStyle = style.color;
    context.font = `${12 * ratio}px ${style.fontFamily}`;
    for (const [text, x, y, anchor] of this.labels(g, left * ratio, top * ratio, 8 * ratio)) {
      context.textAlign = anchor;
      context.textBaseline = anchor === "right" ? "middle" : "alphabetic";
      context.fillText(text, x, y);
    }
    saveCanvas(canvas, `${this.header.file_stem}.png`);
  }

  /** [text, x, y, alignment] of the numbers around the heads. */
  labels(g, left, top, space) {
    if (this.sorted) return [];
    const heads = [...this.heads.children].map((span, i) =>
      [span.textContent, left + i * g.stepX + (i ? g.w / 2 : 0), top - space, i ? "center" : "left"]);
    const layers = [...this.layers.children].map((span, i) => [span.textContent, left - space, top + i * g.stepY + g.h / 2, "right"]);
    return [...heads, ...layers];
  }

  saveSvg() {
    const g = this.measure(1, 1), edge = 16, left = this.layersWidth + edge, top = 26 + edge;
    const style = getComputedStyle(this.root);
    const size = [g.width + left + edge, g.height + top + edge];
    const picture = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: size[0], height: size[1], viewBox: `0 0 ${size.join(" ")}`,
      "font-family": style.fontFamily, "font-size": 12, "shape-rendering": "crispEdges" });
    picture.append(svg("title", {}, this.canvas.getAttribute("aria-label")));
    picture.append(svg("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--st-background-color") || "#fff" }));
    const cell = this.n * this.m, [w, h] = [g.w / this.m, g.h / this.n];
    for (const [place, at] of this.order.entries()) {
      const x = left + (place % this.nHeads) * g.stepX, y = top + Math.floor(place / this.nHeads) * g.stepY;
      const group = svg("g", { transform: `translate(${x} ${y})` });
      group.append(svg("rect", { width: g.w, height: g.h, fill: hex(this.colours[0]), stroke: style.color, "stroke-opacity": 0.16 }));
      for (let i = 0; i < cell; i++) {
        const byte = this.weights[at * cell + i];
        if (byte) group.append(svg("rect", { x: +((i % this.m) * w).toFixed(2), y: +(Math.floor(i / this.m) * h).toFixed(2),
          width: +w.toFixed(2), height: +h.toFixed(2), fill: hex(this.colours[byte]) }));
      }
      if (this.tints) group.append(...this.svgTint(at, g, style));
      picture.append(group);
    }
    for (const [text, x, y, anchor] of this.labels(g, left, top, 8)) {
      const label = svg("text", { x, y: anchor === "right" ? y + 4 : y, fill: style.color,
        "text-anchor": { left: "start", center: "middle", right: "end" }[anchor] });
      label.textContent = text;
      picture.append(label);
    }
    saveSvg(picture, `${this.header.file_stem}.svg`);
  }

  /** The same as `paintTint`, from a head's lower left corner. */
  svgTint(at, g, style) {
    const { values, most } = this.header.tint;
    const bar = svg("rect", { y: g.h + 1, width: g.w, height: BAR, fill: hex(this.tints[Math.round(255 * Math.min(1, values[at] / most))]),
      stroke: style.color, "stroke-opacity": 0.3 });
    return [bar, ...this.tintTexts(at, g).map(([text, x, anchor, bold]) => {
      const label = svg("text", { x, y: g.h + BAR + 14, fill: style.color, "font-weight": bold ? 700 : 400,
        "text-anchor": { left: "start", center: "middle", right: "end" }[anchor] });
      label.textContent = text;
      return label;
    })];
  }
}
