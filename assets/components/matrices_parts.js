// One panel of matrices.js: its sizes, its pixels, its marks. See core/components/matrices.py.

const PANEL_WIDTH = 200, PANEL_HEIGHT = 340; // CSS px that the cells of a panel fill at zoom 1, if they can
const BARE_WIDTH = 110, BARE_HEIGHT = 256; // the same where rows have no names: learned matrices, seen as a texture
const LABEL_ROOM = 96; // CSS px for row names at most
const LAST_NAME = 24; // CSS px that a slanted column name may stand out at the right, in one line with other panels
const MOST_PIXELS = 16e6;

/** Numbers as people write them: a true minus, the sign of infinity. */
function numeral(value, digits) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** All panels' numbers: {title, caption, rows, columns, values}; null where nothing may be looked at. */
function numbersJson(panels) {
  return JSON.stringify(panels.map((panel) => {
    const { n, m, values, header } = panel;
    return { title: header.title, caption: header.caption, rows: Array.from({ length: n }, (_, i) => panel.rowName(i)),
      columns: Array.from({ length: m }, (_, j) => panel.columnName(j)),
      values: Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * m, (i + 1) * m))) };
  }));
}

/** The same as a table each, an empty line between them; -inf as it is, an empty cell where there is no number. */
function numbersCsv(panels) {
  const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`; // a spreadsheet would run a formula
  const number = (value) => (Number.isNaN(value) ? "" : Number.isFinite(value) ? String(value) : value < 0 ? "-inf" : "inf");
  return panels.map((panel) => {
    const { n, m, values } = panel;
    const head = [panel.header.title, ...Array.from({ length: m }, (_, j) => panel.columnName(j))].map(cell).join(",");
    const rows = Array.from({ length: n }, (_, i) => [cell(panel.rowName(i)), ...Array.from(values.subarray(i * m, (i + 1) * m), number)].join(","));
    return `${[head, ...rows].join("\r\n")}\r\n`;
  }).join("\r\n");
}

class PanelView {
  constructor(owner) {
    this.owner = owner;
    this.canvas = make("canvas", { tabIndex: 0, role: "application" });
    this.marks = Object.fromEntries(["over", "held", "cell"].map((name) => [name, make("div", { className: `mark ${name}`, hidden: true })]));
    this.sheet = make("div", { className: "sheet" }, this.canvas, ...Object.values(this.marks));
    this.title = make("b");
    this.caption = make("span");
    this.range = make("div", { className: "range", "aria-hidden": "true" });
    this.joiner = make("span", { className: "joiner" });
    const figure = make("figure", {}, make("figcaption", {}, this.title, this.caption),
      make("div", { className: "scroller" }, this.sheet), this.range);
    this.item = make("div", { className: "item" }, this.joiner, figure);
  }

  take(header, values) {
    this.header = header;
    [this.n, this.m] = header.shape;
    this.values = values;
    const { words } = this.owner;
    this.title.textContent = clean(header.title);
    this.title.style.color = header.colour ? `color-mix(in srgb, ${header.colour} 72%, var(--st-text-color))` : "";
    this.caption.textContent = clean(header.caption);
    this.joiner.textContent = header.joiner;
    this.joiner.hidden = !header.joiner;
    this.canvas.setAttribute("aria-label", fill(words.label, { title: header.title, caption: header.caption }));
    this.canvas.classList.toggle("drawn", this.editable);
    const bar = make("i"), text = (t) => make("span", { textContent: t });
    const stops = (scale) => `linear-gradient(to right, ${scale.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
    const end = numeral(header.limit, header.limit < 10 ? 1 : 0) === "0.0" ? header.limit.toExponential(0) : numeral(header.limit, header.limit < 10 ? 1 : 0);
    if (header.scale === "weight") {
      bar.style.background = stops(this.owner.header.scale);
      this.range.replaceChildren(text("0"), bar, text("1"));
    } else if (header.scale === "mask") {
      this.range.replaceChildren(text("\u00a0"));
    } else {
      bar.style.background = stops(this.owner.header.difference);
      this.range.replaceChildren(text(`−${end}`), bar, text(end));
    }
  }

  get editable() {
    return this.owner.header.editable === this.header.name;
  }

  rowName(i) {
    return this.header.rows.length ? clean(this.header.rows[i]) : fill(this.owner.words.row, { n: i + 1 });
  }

  columnName(j) {
    return this.header.cols.length ? clean(this.header.cols[j]) : fill(this.owner.words.column, { n: j + 1 });
  }

  reading(i, j) {
    const value = this.values[i * this.m + j], { words } = this.owner;
    const shown = this.header.scale === "mask" ? (value ? words.allowed : words.hidden) : numeral(value, 3);
    return { row: this.rowName(i), column: this.columnName(j), value: shown };
  }

  // ---- picture -------------------------------------------------------------

  /** CSS px for the names of the rows. */
  nameRoom(font) {
    if (!this.header.rows.length) return 0;
    const context = this.canvas.getContext("2d");
    context.font = font.css(1);
    const widest = this.header.rows.reduce((most, name) => Math.max(most, context.measureText(clean(name)).width), 0);
    return Math.min(LABEL_ROOM * (font.size / 12), widest) + 7;
  }

  /** Sizes in CSS px. */
  measure(context, room, zoom, font, inLine) {
    const { n, m, header } = this;
    context.font = font.css(1);
    const widest = (names) => names.reduce((most, name) => Math.max(most, context.measureText(clean(name)).width), 0);
    const left = this.bare ? 1 : this.nameRoom(font);
    const small = n <= 8 && m <= 8, named = header.rows.length > 0;
    // Few cells are large enough for their numbers; 256 columns are a pixel each.
    let w = Math.min(small ? 50 * (font.size / 12) : 24, Math.max(1, (named ? PANEL_WIDTH : BARE_WIDTH) / m));
    if (small) w = Math.min(50 * (font.size / 12), Math.max(18, (room - left) / m));
    w = (inLine || Math.min(w, Math.max(1, (room - left) / m))) * zoom;
    let h = Math.min(small ? 30 : 24, Math.max(named ? 12 : 1, (named ? PANEL_HEIGHT : BARE_HEIGHT) / n)) * Math.sqrt(zoom);
    if (header.rows.length) h = Math.max(h, font.size + 1);
    const names = header.cols.length && w >= font.size * 0.9;
    const top = names ? Math.min(78, widest(header.cols) * 0.78 + font.size) : 0;
    const right = names ? Math.min(inLine ? LAST_NAME : 46, widest(header.cols.slice(-1)) * 0.62) : 1;
    if (inLine) h = Math.max(Math.min(w, 30 * zoom), font.size + 1);
    return { left, top, w, h, names, width: left + w * m + right, height: top + h * n + 1, font };
  }

  /** inLine: the width of a cell where all panels stand in one line, else 0. */
  draw(room, zoom, font, ratio, inLine = 0) {
    const context = this.canvas.getContext("2d");
    const g = (this.grid = this.measure(context, room, zoom, font, inLine));
    this.caption.parentElement.style.maxWidth = inLine ? `${g.width}px` : "";
    const scale = Math.min(ratio, Math.sqrt(MOST_PIXELS / (g.width * g.height)));
    this.canvas.width = Math.ceil(g.width * scale);
    this.canvas.height = Math.ceil(g.height * scale);
    Object.assign(this.canvas.style, { width: `${this.canvas.width / scale}px`, height: `${this.canvas.height / scale}px` });
    this.paint(context, 0, 0, scale);
  }

  paint(context, x, y, ratio) {
    const g = this.grid, { n, m, header } = this, style = this.owner.style;
    const [left, top] = [x + Math.round(g.left * ratio), y + Math.round(g.top * ratio)];
    const [wide, high] = [Math.round(g.w * m * ratio), Math.round(g.h * n * ratio)];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image(), left, top, wide, high);
    const line = Math.max(1, Math.round(ratio * 0.75));
    context.fillStyle = header.scale === "mask" ? style.hair : style.ground; // what may be looked at has the ground's colour
    if (g.w >= 9) for (let j = 1; j < m; j++) context.fillRect(left + Math.round((j * wide) / m), top, line, high);
    if (g.h >= 9 && (g.w >= 9 || header.scale !== "mask")) for (let i = 1; i < n; i++) context.fillRect(left, top + Math.round((i * high) / n), wide, line);
    context.globalAlpha = 0.25;
    context.strokeStyle = style.text;
    context.lineWidth = line;
    context.strokeRect(left + line / 2, top + line / 2, wide - line, high - line);
    context.globalAlpha = 1;
    this.names(context, left, top, ratio);
    if (g.w >= g.font.size * 3 && g.h >= g.font.size + 3 && header.scale !== "mask") this.numbers(context, left, top, ratio);
  }

  names(context, left, top, ratio) {
    const g = this.grid, { header } = this, style = this.owner.style;
    context.font = g.font.css(ratio);
    context.fillStyle = style.text;
    context.textBaseline = "middle";
    context.textAlign = "right";
    (this.bare ? [] : header.rows).forEach((name, i) => {
      context.fillText(cut(context, clean(name), (g.left - 6) * ratio), left - 6 * ratio, top + (i + 0.5) * g.h * ratio);
    });
    if (!g.names) return;
    context.textAlign = "left";
    header.cols.forEach((name, j) => {
      context.save();
      context.translate(left + (j + 0.55) * g.w * ratio, top - 4 * ratio);
      context.rotate(-0.9);
      context.fillText(cut(context, clean(name), 88 * ratio), 0, 0);
      context.restore();
    });
  }

  numbers(context, left, top, ratio) {
    const g = this.grid;
    context.font = g.font.css(ratio);
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let at = 0; at < this.values.length; at++) {
      const value = this.values[at];
      context.fillStyle = inkOn(this.pixel(value));
      const digits = this.header.scale === "weight" ? 3 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
      context.fillText(numeral(value, digits), left + ((at % this.m) + 0.5) * g.w * ratio, top + (Math.floor(at / this.m) + 0.5) * g.h * ratio + ratio);
    }
  }

  pixel(value) {
    const { header } = this, { weights, difference, grey } = this.owner.colours;
    if (header.scale === "mask") return value ? weights[0] : grey;
    if (!Number.isFinite(value)) return grey;
    if (header.scale === "weight") return weights[Math.round(255 * Math.min(1, Math.max(0, value)))];
    return difference[Math.round(127.5 + 127.5 * Math.min(1, Math.max(-1, value / header.limit)))];
  }

  /** One pixel a cell. */
  image() {
    const image = new ImageData(this.m, this.n), pixels = new Uint32Array(image.data.buffer);
    for (let at = 0; at < this.values.length; at++) pixels[at] = this.pixel(this.values[at]);
    const canvas = make("canvas", { width: this.m, height: this.n });
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  // ---- marks ---------------------------------------------------------------

  mark(name, i, j = null) {
    const mark = this.marks[name], g = this.grid;
    mark.hidden = i === null || i >= this.n || (j !== null && j >= this.m);
    if (mark.hidden) return;
    const x = g.left + (j ?? 0) * g.w, w = j === null ? g.w * this.m : Math.max(3, g.w);
    Object.assign(mark.style, { transform: `translate(${x - 1}px, ${g.top + i * g.h - 1}px)`, width: `${w + 2}px`, height: `${g.h + 2}px` });
  }

  /** [row, column] under a pointer, on the names of a row too (column null). */
  spot(event) {
    const box = this.canvas.getBoundingClientRect(), g = this.grid;
    const i = Math.floor((event.clientY - box.top - g.top) / g.h), j = Math.floor((event.clientX - box.left - g.left) / g.w);
    if (i < 0 || i >= this.n || j >= this.m) return null;
    return [i, j < 0 ? null : j];
  }
}
