// The picture as a file, with the followed token's lines. In front of whole.js.

/** The picture without an open card, which is no part of it. */
function closed(view, save) {
  const open = view.open;
  view.open = "";
  view.measure({ src: 0, tgt: 0 });
  save();
  view.open = open;
  view.draw();
}

function savePicturePng(view) {
  const { g } = view, ratio = exportRatio(g.width, g.height), size = { width: Math.ceil(g.width * ratio), height: Math.ceil(g.height * ratio) };
  const canvas = make("canvas", size), over = make("canvas", size);
  paintBase(view, canvas.getContext("2d"), ratio);
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  paintFollowed(view, over.getContext("2d"), ratio);
  context.drawImage(over, 0, 0);
  writeBlockNames(view, (text, x, y) => {
    context.font = `650 ${g.size * ratio}px ${view.style.family}`;
    context.fillStyle = view.style.text;
    context.globalAlpha = 1;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillText(text, x * ratio, y * ratio);
  });
  saveCanvas(canvas, `${view.header.file_stem}.png`);
}

/** The names of blocks are buttons on the page: their lines as they stand there. */
function writeBlockNames(view, write) {
  const { g } = view;
  for (const block of view.blocks) {
    const lines = view.blockLines(block), bottom = g.tops[block.side] - PARTS * g.f - 4;
    lines.forEach((line, i) => write(line, (block.name[0] + block.name[1]) / 2, bottom - (lines.length - 1 - i) * g.size * 1.1));
  }
}

/** Words and lines as such; strips as images with one pixel for each number, so that nothing is lost. */
function savePictureSvg(view) {
  const { g, style } = view;
  const picture = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: g.width, height: g.height, viewBox: `0 0 ${g.width} ${g.height}`,
    "font-family": style.family, "font-size": g.size });
  picture.append(svg("title", {}, clean(view.canvas.getAttribute("aria-label"))));
  const recorder = new SvgContext(picture, view);
  paintBase(view, recorder, 1, () => view.header.d);
  paintFollowed(view, recorder, 1);
  writeBlockNames(view, (text, x, y) => {
    Object.assign(recorder, { font: `650 ${g.size}px ${style.family}`, fillStyle: style.text, globalAlpha: 1, textAlign: "center", textBaseline: "alphabetic" });
    recorder.fillText(text, x, y);
  });
  saveSvg(picture, `${view.header.file_stem}.svg`);
}

/** As much of a canvas's context as the picture is drawn with, written down as SVG. */
class SvgContext {
  constructor(root, view) {
    Object.assign(this, { root, globalAlpha: 1, lineWidth: 1, lineCap: "butt", textAlign: "left", textBaseline: "alphabetic", places: [""], path: "" });
    this.measure = view.canvas.getContext("2d");
  }

  setTransform() {}
  clearRect() {}
  save() { this.places.push(this.places.at(-1)); }
  restore() { this.places.pop(); }
  translate(x, y) { this.places[this.places.length - 1] += ` translate(${this.n(x)} ${this.n(y)})`; }
  rotate(angle) { this.places[this.places.length - 1] += ` rotate(${this.n((angle * 180) / Math.PI)})`; }
  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${this.n(x)} ${this.n(y)}`; }
  lineTo(x, y) { this.path += `L${this.n(x)} ${this.n(y)}`; }
  bezierCurveTo(...at) { this.path += `C${at.map((x) => this.n(x)).join(" ")}`; }
  roundRect(x, y, w, h) { this.path += `M${this.n(x)} ${this.n(y)}h${this.n(w)}v${this.n(h)}h${this.n(-w)}z`; }
  n(x) { return +x.toFixed(2); }

  add(tag, attributes) {
    const place = this.places.at(-1).trim();
    const element = svg(tag, place ? { ...attributes, transform: place } : attributes);
    this.root.append(element);
    return element;
  }

  stroke() {
    this.add("path", { d: this.path, fill: "none", stroke: this.strokeStyle, "stroke-width": this.n(this.lineWidth), "stroke-opacity": this.n(this.globalAlpha) });
  }

  fill() {
    this.add("path", { d: this.path, fill: this.fillStyle, "fill-opacity": this.n(this.globalAlpha) });
  }

  fillRect(x, y, w, h) {
    if (this.globalAlpha > 0 && w > 0) this.add("rect", { x: this.n(x), y: this.n(y), width: this.n(w), height: this.n(h), fill: this.fillStyle, "fill-opacity": this.n(this.globalAlpha) });
  }

  strokeRect(x, y, w, h) {
    this.add("rect", { x: this.n(x), y: this.n(y), width: this.n(w), height: this.n(h), fill: "none", stroke: this.strokeStyle, "stroke-width": this.lineWidth });
  }

  measureText(text) {
    this.measure.save();
    this.measure.setTransform(1, 0, 0, 1, 0, 0);
    this.measure.font = this.font;
    const measured = this.measure.measureText(text);
    this.measure.restore();
    return measured;
  }

  fillText(text, x, y) {
    const weight = this.font.match(/^\d+/)?.[0] ?? 400, size = parseFloat(this.font.match(/([\d.]+)px/)[1]);
    const down = this.textBaseline === "middle" ? size * 0.35 : 0;
    this.add("text", { x: this.n(x), y: this.n(y + down), fill: this.fillStyle, "font-weight": weight, "font-size": size,
      "text-anchor": { left: "start", center: "middle", right: "end" }[this.textAlign] }).textContent = clean(text);
  }

  /** A strip's token: each row of a strip comes once, and takes its row of the image along. */
  drawImage(image, sx, sy, sw, sh, x, y, w, h) {
    const row = make("canvas", { width: sw, height: sh });
    row.getContext("2d").drawImage(image, sx, sy, sw, sh, 0, 0, sw, sh);
    this.add("image", { x: this.n(x), y: this.n(y), width: this.n(w), height: this.n(h), href: row.toDataURL(), preserveAspectRatio: "none", style: "image-rendering: pixelated" });
  }
}
