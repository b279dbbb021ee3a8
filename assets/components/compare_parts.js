// One map of compare.js: a panel as in matrices_parts.js, with its limit, thinner names and the value of the linked cell.

const WIDEST = 44, TALLEST_CELL = 34; // CSS px of a cell
const CAPTION = 11; // the least width of a map's words, in their own size
const KEY_DOT = "#D55E00"; // a place among the keys has the keys' colour
const TALLEST_MAP = 640; // CSS px: of a map with more rows than can be named

class ComparedView extends PanelView {
  constructor(owner) {
    super(owner);
    this.badge = make("span", { className: "badge" });
    this.valueBox = make("span", { className: "reading", "aria-hidden": "true" });
    this.title.before(this.badge);
    this.caption.after(this.valueBox);
    this.marks.row = make("div", { className: "mark row", hidden: true });
    this.marks.column = make("div", { className: "mark column", hidden: true });
    this.sheet.append(this.marks.row, this.marks.column);
  }

  take(header, values) {
    super.take(header, values);
    this.badge.textContent = header.mark;
    if (header.scale === "weight") this.range.lastChild.textContent = header.limit === 1 ? "1" : numeral(header.limit, 3);
    this.range.dataset.limit = header.limit;
    this.places = (links) => new Map(links.map((link, i) => [link, i]));
    this.rowOf = this.places(header.rowLinks);
    this.colOf = this.places(header.colLinks);
  }

  get signed() {
    return this.header.scale === "signed";
  }

  /** A cell's number; differences carry their sign. */
  number(i, j) {
    const value = this.values[i * this.m + j];
    return (this.signed && value > 0.0005 ? "+" : "") + numeral(value, 3);
  }

  pixel(value) {
    if (this.header.scale !== "weight" || !Number.isFinite(value)) return super.pixel(value);
    return this.owner.colours.weights[Math.round(255 * Math.min(1, value / this.header.limit))];
  }

  /** cell: the width of a cell in CSS px; the names of rows stand only before the first map of a line. */
  measure(context, room, zoom, font, cell) {
    const { n, m, header } = this;
    context.font = font.css(1);
    const widest = (names) => names.reduce((most, name) => Math.max(most, context.measureText(clean(name)).width), 0);
    const named = n * (font.size + 1) <= TALLEST_MAP * 1.3;
    const left = this.bare ? 1 : this.nameRoom(font);
    const h = named ? Math.max(this.owner.header.smallest < 16 ? 0 : font.size + 2, Math.min(cell, TALLEST_CELL)) : Math.max(1, TALLEST_MAP / n);
    const names = header.cols.length > 0;
    const top = names ? Math.min(78, widest(header.cols) * 0.78 + font.size) : 0;
    const right = names ? Math.min(LAST_NAME, widest(header.cols.slice(-1)) * 0.62) : 1;
    return { left, top, w: cell, h, names, width: left + cell * m + right, height: top + h * n + 1, font };
  }

  draw(...sizes) {
    super.draw(...sizes);
    this.mark("held", this.header.held);
  }

  paint(context, x, y, ratio) {
    super.paint(context, x, y, ratio);
    const g = this.grid, radius = Math.max(1.5, Math.min(4, Math.min(g.w, g.h) / 5)) * ratio;
    this.header.points.forEach((at, i) => {
      context.beginPath();
      context.arc(x + (g.left + (at + 0.5) * g.w) * ratio, y + (g.top + (i + 0.5) * g.h) * ratio, radius, 0, 2 * Math.PI);
      context.fillStyle = KEY_DOT;
      context.strokeStyle = this.owner.style.ground;
      context.lineWidth = ratio;
      context.fill();
      context.stroke();
    });
  }

  /** Each k-th name where there is no room for all. */
  names(context, left, top, ratio) {
    const g = this.grid, { header } = this, { font } = g;
    context.font = font.css(ratio);
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.fillStyle = this.owner.style.text;
    const every = (room) => Math.max(1, Math.ceil((font.size + 1) / room));
    const named = (names, room, draw) => names.forEach((name, i) => { if (i % every(room) === 0) draw(clean(name), i); });
    if (!this.bare) named(header.rows, g.h, (name, i) => {
      context.fillText(cut(context, name, (g.left - 6) * ratio), left - 6 * ratio, top + (i + 0.5) * g.h * ratio);
    });
    context.textAlign = "left";
    if (g.names) named(header.cols, g.w * 1.15, (name, j) => {
      context.save();
      context.translate(left + (j + 0.55) * g.w * ratio, top - 4 * ratio);
      context.rotate(-0.9);
      context.fillText(cut(context, name, 88 * ratio), 0, 0);
      context.restore();
    });
  }

  /** Outline the cell with these links, or the row or column of it that this map has; true if it has the cell. */
  outline(row, col) {
    const i = this.rowOf.get(row), j = this.colOf.get(col);
    const both = i !== undefined && j !== undefined;
    this.mark("cell", both ? i : null, j);
    this.mark("row", both || i === undefined ? null : i);
    this.column(both ? undefined : j);
    this.valueBox.textContent = both ? this.number(i, j) : "";
    return both ? [i, j] : null;
  }

  column(j) {
    const mark = this.marks.column, g = this.grid;
    mark.hidden = j === undefined;
    if (!mark.hidden) Object.assign(mark.style, { transform: `translate(${g.left + j * g.w - 1}px, ${g.top - 1}px)`, width: `${Math.max(3, g.w) + 2}px`, height: `${g.h * this.n + 2}px` });
  }

  clear() {
    for (const mark of [this.marks.cell, this.marks.row, this.marks.column]) mark.hidden = true;
    this.valueBox.textContent = "";
  }
}
