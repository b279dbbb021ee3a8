// The whole cross-attention, row by row; in front of decoding.js.

const ROW = 22, CROWDED = 17, WIDEST_CELL = 46, NARROWEST_CELL = 15; // CSS px
const TILT = (50 * Math.PI) / 180; // of the names above the columns
const GHOST = 0.12; // how much is seen of rows not yet written
const MOST_PIXELS = 24e6;

class Matrix {
  constructor(choose) {
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.names = make("div", { "aria-hidden": "true" });
    this.outline = make("div", { className: "outline" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.sheet = make("div", { className: "sheet" }, this.names, this.canvas, this.outline, this.tip);
    this.element = make("div", { className: "grid", role: "group", "aria-labelledby": "matrix" }, this.sheet);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.canvas.addEventListener("click", (event) => choose(this.cell(event)[0]));
    this.choose = choose;
  }

  take(header, weights, words) {
    Object.assign(this, { header, weights, words });
    [this.n, this.m] = header.shape;
    this.colours = header.scale.length && colourTable(header.scale);
  }

  /** Sizes, names and all cells anew; `show` then needs only the rows' light. */
  draw(width, font) {
    const { header, n, m } = this;
    this.pitch = (n > 40 ? CROWDED : ROW) * (font / 12);
    const measure = make("canvas").getContext("2d");
    measure.font = `${font}px sans-serif`;
    const long = (names) => Math.max(...names.map((name) => measure.measureText(name).width));
    const rows = header.queries.tokens.map((_, i) => tokenName(header.queries, i));
    const columns = header.sources.tokens.map((_, i) => tokenName(header.sources, i));
    this.left = Math.ceil(Math.min(long(rows) * 1.12, width * 0.42)) + 12;
    const tall = Math.min(long(columns), 120);
    this.top = Math.ceil(tall * Math.sin(TILT) + font * 1.2);
    this.cellWidth = Math.floor(Math.max(NARROWEST_CELL, Math.min(WIDEST_CELL * (font / 12), (width - this.left - tall * 0.7) / m)));
    const size = [m * this.cellWidth, n * this.pitch];
    this.ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (size[0] * size[1])));
    Object.assign(this.canvas, { width: Math.round(size[0] * this.ratio), height: Math.round(size[1] * this.ratio) });
    const px = (style) => Object.fromEntries(Object.entries(style).map(([k, v]) => [k, `${v}px`]));
    Object.assign(this.canvas.style, px({ left: this.left, top: this.top, width: size[0], height: size[1] }));
    Object.assign(this.sheet.style, px({ width: this.left + size[0] + tall * 0.7, height: this.top + size[1] + 4 }));
    const short = (name) => (name.length > 22 ? `${name.slice(0, 21)}…` : name);
    this.rowNames = rows.map((name, i) => {
      const span = make("span", { className: "row", textContent: name, title: name, onclick: () => this.choose(i) });
      Object.assign(span.style, px({ left: 0, top: this.top + (i + 0.5) * this.pitch, width: this.left - 8 }));
      return span;
    });
    const columnNames = columns.map((name, i) => {
      const span = make("span", { className: header.sources.special[i] ? "column special" : "column", textContent: short(name), title: name });
      Object.assign(span.style, px({ left: this.left + (i + 0.55) * this.cellWidth, top: this.top - font - 3 }));
      return span;
    });
    this.names.replaceChildren(...this.rowNames, ...columnNames);
  }

  show(step, reveal) {
    const { ratio, pitch, cellWidth, n, m } = this;
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.paint(context, 0, 0, cellWidth * ratio, pitch * ratio, Math.max(1, ratio), step, getComputedStyle(this.element).color);
    for (let row = 0; row < n; row++) {
      this.rowNames[row].className = `row${row > step ? " later" : ""}${row === step ? " now" : ""}`;
    }
    Object.assign(this.outline.style, { left: `${this.left - 2}px`, top: `${this.top + step * pitch - 2}px`,
      width: `${m * cellWidth + 3}px`, height: `${pitch + 3}px` });
    const box = this.element, y = this.top + step * pitch;
    if (reveal && (y + pitch > box.scrollTop + box.clientHeight || y - pitch < box.scrollTop)) box.scrollTop = y - box.clientHeight / 2;
  }

  /** All cells of w x h, rows not yet written faint, what a row may not look at grey; on a canvas or a pencil. */
  paint(context, left, top, w, h, gap, step, ink) {
    const { n, m } = this;
    for (let row = 0; row < n; row++) {
      const y = top + Math.round(row * h), high = Math.round(h - gap);
      context.globalAlpha = row > step ? GHOST : 1;
      for (let column = 0; column < m; column++) {
        const weight = Math.min(1, this.weights[row * m + column]);
        context.fillStyle = column < this.header.seen[row] ? hex(this.colours[Math.round(weight * 255)]) : this.header.grey;
        context.fillRect(left + Math.round(column * w), y, Math.max(1, Math.round(w - gap)), high);
      }
      context.globalAlpha *= 0.16; // a hairline: a weight of 0 has the colour of the page
      context.strokeStyle = ink;
      context.lineWidth = gap;
      context.strokeRect(left + gap / 2, y, Math.round(m * w) - gap, high);
    }
    context.globalAlpha = 1;
  }

  cell(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (offset, size, count) => Math.min(count - 1, Math.max(0, Math.floor(offset / size)));
    return [at(event.clientY - box.top, this.pitch, this.n), at(event.clientX - box.left, this.cellWidth, this.m)];
  }

  point(event) {
    const [row, column] = this.cell(event), { header } = this;
    this.tip.hidden = false;
    this.tip.replaceChildren(...fillNodes(this.words.hover, { query: tokenName(header.queries, row),
      key: tokenName(header.sources, column), weight: this.weights[row * this.m + column].toFixed(3) }));
    const x = this.left + (column + 1) * this.cellWidth + 6, y = this.top + (row + 1) * this.pitch + 4;
    const seen = this.element.scrollLeft + this.element.clientWidth;
    const below = y + this.tip.offsetHeight < this.element.scrollTop + this.element.clientHeight;
    const left = Math.max(this.element.scrollLeft, Math.min(x, seen - this.tip.offsetWidth - 8));
    this.tip.style.transform = `translate(${left}px, ${below ? y : y - this.pitch - this.tip.offsetHeight - 8}px)`;
  }
}
