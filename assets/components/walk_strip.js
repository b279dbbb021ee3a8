// One box of walk.js: its strip, its note, its line. See core/components/walk.py.

const STRIP = 28, FOLDED = 11; // CSS px: the width of a strip, and of a column where a vector is folded
const BOX = 62, BARS = 172; // of a whole box
const HEIGHT = 200; // of a strip

/** Numbers as people write them: with a true minus. */
function numeral(value, digits) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

class BoxView {
  constructor(owner, group, header, values) {
    Object.assign(this, { owner, header, values });
    this.columns = Math.max(1, Math.ceil(header.n / owner.header.column));
    this.rows = Math.ceil(header.n / this.columns);
    this.title = make("b", { textContent: clean(header.title) });
    this.note = make("span", { className: "note", textContent: clean(header.note) });
    this.line = make("span", { className: "line", hidden: true });
    const { opens } = owner.header;
    const label = fill(owner.words.box, { group, title: header.title, note: header.note }).replaceAll("\n", " ");
    this.element = make(opens ? "button" : "div", { className: opens ? "box opens" : "box", "aria-label": label });
    this.joiner = make("span", { className: "joiner", textContent: header.joiner, "aria-hidden": "true" });
    if (opens) this.element.type = "button";
    else this.element.setAttribute("role", "img");
    this.element.append(this.title, header.labels.length ? this.bars() : this.strip(), this.note);
  }

  /** Is this a state of the stream, whose dimensions can be followed? */
  get streams() {
    return !this.header.labels.length && this.header.n === this.owner.d;
  }

  bars() {
    const most = Math.max(...this.values, 1e-9);
    return make("span", { className: "bars" }, ...this.header.labels.flatMap((label, i) => {
      const bar = make("i");
      bar.style.width = `${(62 * this.values[i]) / most}px`;
      return [make("bdi", { textContent: clean(label), title: clean(label) }), bar, make("span", { textContent: this.values[i].toFixed(2) })];
    }));
  }

  strip() {
    this.canvas = make("canvas");
    return make("span", { className: "strip" }, this.canvas, this.line);
  }

  /** size: of the small type in CSS px; everything grows with it. */
  draw(size, ratio) {
    const by = size / 12;
    this.element.style.width = `${(this.header.labels.length ? BARS : BOX) * by}px`;
    this.title.style.height = `${2.5 * size}px`;
    this.joiner.style.paddingTop = `${2.5 * size + (HEIGHT * by) / 2}px`;
    if (!this.canvas) return;
    const width = (this.columns > 1 ? this.columns * FOLDED : STRIP) * by;
    this.height = HEIGHT * by;
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(this.height * ratio) });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${this.height}px` });
    this.paint();
  }

  paint() {
    const { width, height } = this.canvas, { colours, header } = this.owner;
    const limit = this.header.limit ?? header.limit;
    const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    const [first, last] = covered(this.rows, height);
    for (let column = 0; column < this.columns; column++) {
      const left = Math.round((column * width) / this.columns), right = Math.round(((column + 1) * width) / this.columns);
      for (let y = 0; y < height; y++) {
        let value = 0; // a pixel over several numbers shows the one furthest from 0
        for (let row = first[y]; row < last[y]; row++) {
          const one = this.values[column * this.rows + row] ?? 0;
          if (Math.abs(one) > Math.abs(value)) value = one;
        }
        const colour = colours[Math.round(127.5 + 127.5 * Math.min(1, Math.max(-1, value / limit)))];
        pixels.fill(colour, y * width + left, y * width + right);
      }
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** Which number is under the pointer? */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const i = Math.min(this.columns - 1, Math.max(0, column)) * this.rows + Math.min(this.rows - 1, Math.max(0, row));
    return Math.min(this.header.n - 1, i);
  }

  /** Show number i in place of the note; null: the note again. */
  follow(i) {
    const here = i !== null && this.streams;
    this.line.hidden = !here;
    if (here) this.line.style.top = `${((i + 0.5) / this.rows) * this.height - 1.5}px`;
    this.say(here ? numeral(this.values[i], 3) : null);
  }

  say(text) {
    this.note.textContent = text ?? clean(this.header.note);
    this.note.classList.toggle("now", text !== null);
    // As high as the note, so that nothing jumps.
    if (text === null) this.note.style.minHeight = "";
    else if (!this.note.style.minHeight) this.note.style.minHeight = `${1.35 * (this.header.note.split("\n").length)}em`;
  }
}
