// The film strip as one picture to keep: all frames, the step that is shown, the matrix so far. In front of decoding.js.

const PICTURE = 980, EDGE = 20, GUTTER = 36; // CSS px

/** Save what the strip shows; the height is known once it has been drawn. */
function saveFilm(strip, format) {
  const title = `${strip.words.label} ${strip.count.textContent}`;
  const height = new FilmPicture(strip, new SvgPencil(1, 1, title)).draw();
  savePicture(format, [PICTURE, height], strip.header.file_stem, title, filmColours(strip).ground, (context, ratio) => {
    if (ratio !== 1) context.scale(ratio, ratio);
    new FilmPicture(strip, context).draw();
  });
}

/** The page's colours, resolved: a canvas knows no variables. */
function filmColours(strip) {
  const of = (element, name) => getComputedStyle(element)[name], root = getComputedStyle(strip.root);
  return { text: root.color, family: root.fontFamily, ground: root.getPropertyValue("--st-background-color") || "#fff",
    quiet: of(strip.heads.so_far, "color"), accent: of(strip.frames[strip.at], "borderTopColor") };
}

class FilmPicture {
  constructor(strip, pen) {
    Object.assign(this, { strip, pen, colours: filmColours(strip) });
    pen.textBaseline = "middle";
  }

  draw() {
    const top = this.frames(EDGE) + 24, middle = EDGE + Math.round((PICTURE - 2 * EDGE) * 0.6);
    const left = this.looks(this.soFar(top, middle - EDGE), middle - EDGE);
    const right = this.guesses(top, middle + GUTTER);
    return this.matrix(Math.max(left, right) + 20) + EDGE;
  }

  font(size, weight = 400) {
    this.pen.font = `${weight} ${size}px ${this.colours.family}`;
  }

  text(text, x, y, size = 14, colour = this.colours.text, weight = 400, align = "left") {
    this.font(size, weight);
    Object.assign(this.pen, { fillStyle: colour, textAlign: align });
    this.pen.fillText(text, x, y);
    return this.pen.measureText(text).width;
  }

  heading(text, x, y) {
    this.text(text, x, y + 8, 13, this.colours.quiet);
    return y + 24;
  }

  box(x, y, width, height, colour) {
    this.pen.fillStyle = colour;
    this.pen.fillRect(x, y, width, height);
  }

  /** Things of these widths in lines: [x, line] of each, and how many lines. */
  flow(widths, room, gap) {
    let x = 0, line = 0;
    const places = widths.map((width) => {
      if (x && x + width > room) [x, line] = [0, line + 1];
      const place = [x, line];
      x += width + gap;
      return place;
    });
    return [places, line + 1];
  }

  frames(top) {
    const { strip, pen, colours } = this, high = 62;
    this.font(14, 600);
    const names = strip.steps.map((step) => clean(step.written[0]));
    const widths = names.map((name) => Math.max(62, pen.measureText(name).width + 22));
    const [places, lines] = this.flow(widths, PICTURE - 2 * EDGE, 6);
    places.forEach(([left, line], i) => {
      const x = EDGE + left, y = top + line * (high + 6), logProb = strip.steps[i].written[1];
      pen.globalAlpha = i > strip.at ? 0.45 : 1;
      this.text(String(i + 1), x + 9, y + 12, 12, colours.quiet);
      if (i < strip.header.forced) this.text("📌", x + widths[i] - 8, y + 12, 12, colours.quiet, 400, "right");
      this.text(names[i], x + 9, y + 29, 14, strip.special(names[i]) ? colours.quiet : colours.text, 600);
      this.text(percent(logProb), x + 9, y + 46, 12, colours.quiet);
      this.box(x + 9, y + 55, (widths[i] - 18) * Math.exp(logProb), 3, colours.accent);
      pen.globalAlpha *= i === strip.at ? 1 : 0.3;
      Object.assign(pen, { strokeStyle: i === strip.at ? colours.accent : colours.quiet, lineWidth: i === strip.at ? 2 : 1 });
      pen.strokeRect(x, y, widths[i], high);
    });
    pen.globalAlpha = 1;
    return top + lines * (high + 6);
  }

  soFar(top, room) {
    const { strip, pen, colours } = this;
    let y = this.heading(strip.words.so_far, EDGE, top);
    const words = strip.text.textContent.split(" "), size = 20;
    this.font(size);
    const [places, lines] = this.flow(words.map((word) => pen.measureText(word).width), room, size * 0.28);
    words.forEach((word, i) => this.text(word, EDGE + places[i][0], y + 12 + places[i][1] * 28, size, colours.text, i === words.length - 1 ? 700 : 400));
    y += lines * 28 + 6;
    this.font(12);
    for (const line of wrapped(pen, strip.sum.textContent, room)) {
      this.text(line, EDGE, y + 8, 12, colours.quiet);
      y += 18;
    }
    return y + 16;
  }

  looks(top, room) {
    const { strip, pen, colours } = this, high = 40;
    const y = this.heading(strip.heads.looks.textContent, EDGE, top), { sources, shape } = strip.header;
    this.font(14);
    const names = sources.tokens.slice(0, strip.header.seen[strip.at]).map((_, j) => tokenName(sources, j));
    const widths = names.map((name) => Math.max(40, pen.measureText(name).width + 16));
    const [places, lines] = this.flow(widths, room, 5);
    names.forEach((name, j) => {
      const weight = strip.weights[strip.at * shape[1] + j], colour = strip.matrix.colours[Math.round(Math.min(1, weight) * 255)];
      const x = EDGE + places[j][0], at = y + places[j][1] * (high + 5), ink = inkOn(colour);
      this.box(x, at, widths[j], high, hex(colour));
      pen.globalAlpha = 0.25;
      Object.assign(pen, { strokeStyle: colours.text, lineWidth: 1 });
      pen.strokeRect(x, at, widths[j], high);
      pen.globalAlpha = 1;
      this.text(name, x + widths[j] / 2, at + 14, 14, ink, 400, "center");
      if (weight >= VISIBLE) this.text(weight.toFixed(2), x + widths[j] / 2, at + 31, 12, ink, 400, "center");
    });
    return y + lines * (high + 5);
  }

  guesses(top, left) {
    const { strip, pen, colours } = this, step = strip.steps[strip.at], right = PICTURE - EDGE;
    let y = this.heading(strip.heads.next_word.textContent, left, top);
    const name = 96, from = left + name, room = right - 48 - from;
    for (const [rank, [token, logProb, id]] of step.top.entries()) {
      const p = Math.exp(logProb), drawn = step.drawn?.[rank], written = id === step.written[2];
      pen.globalAlpha = drawn === 0 ? 0.5 : 1;
      this.font(14, written ? 700 : 400);
      this.text(cut(pen, clean(token), name - 8), left, y + 9, 14, colours.text, written ? 700 : 400);
      pen.globalAlpha *= written ? 1 : 0.5;
      this.box(from, y + 3, Math.max(0.5, room * p), 12, colours.accent);
      pen.globalAlpha = 1;
      if (drawn) {
        Object.assign(pen, { strokeStyle: colours.text, lineWidth: 1.5 });
        pen.strokeRect(from, y + 1, room * drawn, 16);
      }
      this.text(p.toFixed(3), right, y + 9, 14, colours.text, 400, "right");
      y += 23;
    }
    this.text(strip.rest.textContent, left, y + 8, 12, colours.quiet);
    return y + 24;
  }

  matrix(top) {
    const { strip, pen, colours } = this, { header, matrix } = strip, [n, m] = header.shape;
    let y = this.heading(strip.words.matrix, EDGE, top);
    const names = (axis) => axis.tokens.map((_, i) => tokenName(axis, i)), size = n > 40 ? 11 : 13, high = n > 40 ? 15 : 22;
    const [rows, columns] = [names(header.queries), names(header.sources)];
    this.font(size);
    const widest = (all) => all.reduce((most, one) => Math.max(most, pen.measureText(one).width), 0);
    const left = EDGE + Math.min(240, widest(rows) * 1.1) + 8, tall = Math.min(110, widest(columns));
    const wide = Math.min(46, (PICTURE - EDGE - left - tall * 0.64) / m), dense = wide < size;
    y += dense ? 4 : tall * Math.sin(TILT) + size;
    rows.forEach((name, i) => {
      pen.globalAlpha = i > strip.at ? 0.4 : 1;
      this.font(size);
      this.text(cut(pen, name, left - EDGE - 8), left - 8, y + (i + 0.5) * high, size, colours.text, i === strip.at ? 700 : 400, "right");
    });
    pen.globalAlpha = 1;
    columns.forEach((name, j) => {
      if (dense && j % Math.ceil(size / wide)) return; // some names, not one over the other
      pen.save();
      pen.translate(left + (j + 0.55) * wide, y - 6);
      pen.rotate(-TILT);
      this.font(size);
      this.text(cut(pen, name, 110), 0, 0, size, colours.text);
      pen.restore();
    });
    matrix.paint(pen, left, y, wide, high, 1, strip.at, colours.text);
    Object.assign(pen, { strokeStyle: colours.accent, lineWidth: 2 });
    pen.strokeRect(left - 1, y + strip.at * high - 1, m * wide + 2, high + 2);
    return y + n * high;
  }
}
