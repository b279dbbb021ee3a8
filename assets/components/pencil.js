// One drawing, two files: what draws on a canvas's context can draw on an SvgPencil and be saved as SVG.

/** A colour as rgb(...): computed styles give mixed colours as color(srgb ...), which only browsers read. */
function plainColour(colour) {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?/.exec(colour);
  if (!parts) return colour;
  const bytes = parts.slice(1, 4).map((v) => Math.round(255 * Math.min(1, Math.max(0, v)))).join(", ");
  return parts[4] === undefined ? `rgb(${bytes})` : `rgba(${bytes}, ${parts[4]})`;
}

/** The part of CanvasRenderingContext2D that the pictures use, writing SVG elements. */
class SvgPencil {
  constructor(width, height, title) {
    this.element = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` }, svg("title", {}, clean(title)));
    this.group = this.element;
    this.gradients = 0;
    this.ruler = make("canvas").getContext("2d");
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, font: "12px sans-serif", textAlign: "left", textBaseline: "alphabetic", globalAlpha: 1 });
  }

  add(name, attributes, ...children) {
    const alpha = this.globalAlpha < 1 ? { opacity: +this.globalAlpha.toFixed(3) } : {};
    const short = Object.entries(attributes).map(([key, value]) => [key, typeof value === "number" ? +value.toFixed(2) : value]);
    this.group.append(svg(name, { ...Object.fromEntries(short), ...alpha }, ...children));
  }

  fillRect(x, y, width, height) {
    this.add("rect", { x, y, width, height, fill: plainColour(this.fillStyle) });
  }

  strokeRect(x, y, width, height) {
    this.add("rect", { x, y, width, height, fill: "none", stroke: plainColour(this.strokeStyle), "stroke-width": this.lineWidth });
  }

  fillText(text, x, y) {
    const size = parseFloat(/([\d.]+)px/.exec(this.font)[1]);
    this.add("text", { x, y: this.textBaseline === "middle" ? y + size * 0.35 : y, fill: plainColour(this.fillStyle), style: `font:${this.font};white-space:pre`,
      "text-anchor": { left: "start", center: "middle", right: "end" }[this.textAlign] }, clean(text));
  }

  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  drawImage(canvas, x, y, width, height) {
    this.add("image", { x, y, width, height, href: canvas.toDataURL("image/png"), preserveAspectRatio: "none", style: "image-rendering:pixelated" });
  }

  createLinearGradient(x1, y1, x2, y2) {
    const id = `g${++this.gradients}`, element = svg("linearGradient", { id, x1, y1, x2, y2, gradientUnits: "userSpaceOnUse" });
    this.element.append(element);
    return { addColorStop: (offset, colour) => element.append(svg("stop", { offset, "stop-color": plainColour(colour) })), toString: () => `url(#${id})` };
  }

  save() {
    this.kept = [this.group, this.kept];
  }

  restore() {
    [this.group, this.kept] = this.kept;
  }

  translate(x, y) {
    this.turn(`translate(${+x.toFixed(2)} ${+y.toFixed(2)})`);
  }

  rotate(angle) {
    this.turn(`rotate(${+((angle * 180) / Math.PI).toFixed(2)})`);
  }

  turn(transform) {
    const inner = svg("g", { transform });
    this.group.append(inner);
    this.group = inner;
  }
}

/** Save what `draw(context, ratio)` draws into width x height CSS px; a canvas has `ratio` pixels for each of them. */
function savePicture(format, [width, height], name, title, ground, draw) {
  const ratio = format === "svg" ? 1 : exportRatio(width, height);
  const canvas = make("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = format === "svg" ? new SvgPencil(Math.ceil(width), Math.ceil(height), title) : canvas.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, Math.ceil(width * ratio), Math.ceil(height * ratio));
  draw(context, ratio);
  if (format === "svg") saveSvg(context.element, `${name}.svg`);
  else saveCanvas(canvas, `${name}.png`);
}

/** A copy of an SVG element that needs no style sheet: what the page's CSS says of its shapes is written into them. */
function styledCopy(element, properties) {
  const copy = element.cloneNode(true), shapes = "path, rect, text, tspan, line, circle";
  const [from, to] = [element, copy].map((one) => one.querySelectorAll(shapes));
  from.forEach((node, i) => {
    const style = getComputedStyle(node);
    to[i].setAttribute("style", properties.map((name) => `${name}:${plainColour(style.getPropertyValue(name))}`).join(";"));
  });
  return copy;
}

/** Cut to a width in pixels, with three dots. */
function cut(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let n = text.length;
  while (n > 1 && context.measureText(`${text.slice(0, n)}…`).width > room) n--;
  return `${text.slice(0, n)}…`;
}

/** Text in lines no wider than `room`, broken at spaces. */
function wrapped(context, text, room) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && context.measureText(longer).width <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
