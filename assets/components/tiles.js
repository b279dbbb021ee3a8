// Small pictures side by side. See core/components/tiles.py.

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Tiles(parentElement.querySelector(".tiles")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

class Tiles {
  constructor(root) {
    this.root = root;
    this.canvas = make("canvas");
    this.mark = make("div", { className: "mark chosen", hidden: true });
    this.over = make("div", { className: "mark over", hidden: true });
    this.sheet = make("div", { className: "sheet" }, this.canvas, this.over, this.mark);
    this.foot = make("div", { className: "foot" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.sheet, this.foot, this.tip, this.live);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = this.over.hidden = true; });
    this.canvas.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      this.bytes = bytes;
      this.take(...unpack(bytes));
    }
    this.draw();
  }

  take(header, values) {
    this.header = header;
    this.words = shortNames(header.words, "tiles.");
    const inks = header.tiles.length * header.ink[0] * header.ink[1];
    this.ink = values.subarray(0, inks);
    this.cells = values.subarray(inks);
    this.items = header.choose === "cell" ? this.cellGrid[0] * this.cellGrid[1] : header.tiles.length;
    // What a person stepped to meanwhile is newer than what Python sends.
    if (!this.sending) this.chosen = header.chosen;
    const choosing = Boolean(header.choose);
    this.canvas.tabIndex = choosing ? 0 : -1;
    this.canvas.setAttribute("role", choosing ? "application" : "img");
    this.canvas.setAttribute("aria-label", fill(choosing ? this.words.label_choose : this.words.label, { title: header.title }));
    this.root.classList.toggle("choosing", choosing);
    this.furnish();
  }

  /** Rows and columns of what a pointer finds in a tile: its patches, else its pixels. */
  get cellGrid() {
    const { cells, patches, ink } = this.header;
    return cells.length ? cells : patches ? [patches, patches] : ink;
  }

  furnish() {
    const { words, header } = this, open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["↑ ↓ ← →", words.key_arrows], ["Home End", words.key_ends], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.foot.hidden = !header.foot;
    const legend = make("span", { className: "legend" });
    if (header.cells.length) {
      const ramp = make("i"), stops = header.signed ? header.difference : header.scale;
      ramp.style.background = `linear-gradient(to right, ${stops.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
      const end = header.own ? words.own : +header.limit.toPrecision(2);
      legend.append(header.signed ? `−${end}` : "0", ramp, String(end));
    }
    this.foot.replaceChildren(legend, make("span", { className: "push" },
      ...(header.choose ? [textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; })] : []),
      textButton("PNG", words.png, () => this.save("png")), textButton("SVG", words.svg, () => this.save("svg"))));
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    const css = getComputedStyle(this.root), { header } = this, dark = header.scale[0][1] < "#8"; // the ground, as hexadecimal digits
    this.style = {
      text: css.color, family: css.fontFamily, line: dark ? "#56544f" : "#c9c7c2",
      ground: css.getPropertyValue("--st-background-color") || "#fff",
    };
    const paper = header.scale[0][1];
    this.colours = {
      weights: colourTable(header.scale), difference: colourTable(header.difference),
      ink: colourTable([[0, paper], [1, dark ? "#f2f0ec" : "#1c1b19"]]),
    };
    const font = parseFloat(getComputedStyle(this.foot).fontSize) || 12, context = this.canvas.getContext("2d");
    const measure = (text) => {
      context.font = `${font}px ${css.fontFamily}`;
      return context.measureText(text).width;
    };
    this.grid = tileGrid(header, this.width, font, measure);
    const { width, height } = this.grid, ratio = Math.min(this.ratio, Math.sqrt(16e6 / (width * height)));
    this.canvas.width = Math.ceil(width * ratio);
    this.canvas.height = Math.ceil(height * ratio);
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    paintTiles(context, this, this.grid, ratio);
    this.showChosen();
  }

  /** [x, y, width, height] of what can be chosen. */
  place(i) {
    const g = this.grid;
    if (this.header.choose !== "cell") return [...tilePlace(g, i), g.size, g.size];
    const [rows, columns] = this.cellGrid, [x, y] = tilePlace(g, 0);
    return [x + ((i % columns) * g.size) / columns, y + (Math.floor(i / columns) * g.size) / rows, g.size / columns, g.size / rows];
  }

  put(mark, i) {
    mark.hidden = i === null || i === undefined || i < 0 || i >= this.items;
    if (mark.hidden) return;
    const [x, y, w, h] = this.place(i);
    Object.assign(mark.style, { transform: `translate(${x - 3}px, ${y - 3}px)`, width: `${w + 6}px`, height: `${h + 6}px` });
  }

  showChosen() {
    this.put(this.mark, this.chosen);
  }

  // ---- pointing and choosing -----------------------------------------------

  /** { tile, cell } under a pointer, or null. */
  spot(event) {
    const box = this.canvas.getBoundingClientRect(), g = this.grid, [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const column = Math.floor((x - g.left) / g.step[0]), line = Math.floor((y - g.top) / g.step[1]), tile = line * g.columns + column;
    if (column < 0 || column >= g.columns || line < 0 || tile >= this.header.tiles.length) return null;
    const [left, top] = tilePlace(g, tile), [rows, columns] = this.cellGrid;
    if (x > left + g.size || y > top + g.size) return null;
    const at = (v, n) => Math.min(n - 1, Math.max(0, Math.floor((v / g.size) * n)));
    return { tile, cell: at(y - top, rows) * columns + at(x - left, columns) };
  }

  reading({ tile, cell }) {
    const { header } = this, [rows, columns] = this.cellGrid, n = rows * columns, [h, w] = header.ink;
    const value = header.cells.length ? this.cells[tile * n + cell] : n === h * w ? this.ink[tile * n + cell] * header.full : null;
    const shown = value === null ? "" : header.cells.length ? value.toFixed(3).replace("-", "−") : String(+value.toFixed(1));
    return { name: header.tiles[tile].name, row: Math.floor(cell / columns) + 1, column: (cell % columns) + 1, value: shown };
  }

  point(event) {
    const at = this.spot(event);
    this.tip.hidden = !at;
    this.put(this.over, at && this.header.choose ? (this.header.choose === "cell" ? at.cell : at.tile) : null);
    if (!at) return;
    const told = this.reading(at);
    this.tip.replaceChildren(...(told.value ? fillNodes(this.words.cell, told) : [told.name]));
    placeTip(this.tip, this.root, event);
  }

  click(event) {
    const at = this.spot(event);
    if (at && this.header.choose) this.choose(this.header.choose === "cell" ? at.cell : at.tile, 0);
  }

  choose(i, wait) {
    this.chosen = Math.min(this.items - 1, Math.max(0, i));
    this.showChosen();
    const { header } = this, [rows, columns] = this.cellGrid;
    const name = header.choose === "cell"
      ? fill(this.words.cell, { ...this.reading({ tile: 0, cell: this.chosen }), row: Math.floor(this.chosen / columns) + 1, column: (this.chosen % columns) + 1, rows })
      : header.tiles[this.chosen].name;
    speak(this, fill(this.words.chosen, { name }));
    clearTimeout(this.sending);
    this.sending = setTimeout(() => { this.sending = 0; this.send("chosen", this.chosen); }, wait);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.header.choose) return;
    const actions = { "?": () => { this.keys.hidden = !this.keys.hidden; }, Escape: () => { this.keys.hidden = true; } };
    if (this.root.getRootNode().activeElement === this.canvas) {
      const across = this.header.choose === "cell" ? this.cellGrid[1] : this.grid.columns, at = this.chosen ?? -1;
      const go = (by) => { if (at + by >= 0 && at + by < this.items) this.choose(at < 0 ? 0 : at + by, 200); };
      Object.assign(actions, {
        ArrowLeft: () => go(-1), ArrowRight: () => go(1), ArrowUp: () => go(-across), ArrowDown: () => go(across),
        Home: () => this.choose(0, 200), End: () => this.choose(this.items - 1, 200),
      });
    }
    act(event, actions[event.key]);
  }

  // ---- saving --------------------------------------------------------------

  save(format) {
    const g = this.grid;
    savePicture(format, [g.width, g.height], this.header.file_stem, this.header.title, this.style.ground, (context, ratio) => paintTiles(context, this, g, ratio));
  }
}
