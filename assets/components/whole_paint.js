// The pixels of the whole model that stand still; behind whole_layout.js.

/** How a page is drawn: its colours and fonts. */
function styleOf(root, header) {
  const style = getComputedStyle(root);
  const ground = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const dark = header.scale[0][1] < "#8"; // the ground, as hexadecimal digits
  return {
    text: style.color, ground, quiet: dark ? "#a3a19b" : "#6b6963", hair: dark ? "#3a3936" : "#e2e0dc", tint: dark ? "#23211f" : "#f5f4f1",
    line: dark ? "#b3a6f5" : "#5a3c9e", family: style.fontFamily, dark,
    ...Object.fromEntries(Object.entries(header.colours).map(([name, colour]) => [name, dark ? lighter(colour) : colour])),
  };
}

/** A concept's colour on a dark page: halfway to white. */
function lighter(colour) {
  return `#${[1, 3, 5].map((i) => ((parseInt(colour.slice(i, i + 2), 16) + 255) >> 1).toString(16).padStart(2, "0")).join("")}`;
}

/** The number of a byte of a strip. */
function unquantised(byte, peak) {
  return ((byte - 128) / 127) * peak;
}

/** A strip's token as `size` pixels: of the numbers that share one, that farthest from 0, or (`sampled`) the first.
 * Positions are sampled: in each group there is a cos near 1, and the farthest would hide the waves. */
function stripPixels(bytes, start, size, gain, colours, pixels, offset, [first, last], sampled = false) {
  for (let p = 0; p < size; p++) {
    let far = sampled ? bytes[start + first[p]] : 128;
    for (let at = first[p]; at < last[p] && !sampled; at++) {
      const byte = bytes[start + at];
      if (Math.abs(byte - 128) > Math.abs(far - 128)) far = byte;
    }
    const shade = Math.max(-1, Math.min(1, ((far - 128) / 127) * gain));
    pixels[offset + p] = colours[Math.round(127.5 + 127.5 * shade)];
  }
}

/** All tokens of a strip as an image, a row each. */
function stripImage(view, strip, size) {
  const { header, bytes, colours } = view, image = new ImageData(size, strip.n), pixels = new Uint32Array(image.data.buffer);
  const cells = covered(header.d, size);
  for (let token = 0; token < strip.n; token++) {
    stripPixels(bytes, strip.at + token * header.d, size, strip.peaks[token] / header.limit, colours.signed, pixels, token * size, cells, strip.part === "position");
  }
  const canvas = make("canvas", { width: size, height: strip.n });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** The picture without anybody followed. pixels: how many a strip has. */
function paintBase(view, context, ratio, pixels = (strip) => Math.max(1, Math.round(strip.w * ratio))) {
  const { g, blocks, style } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = style.ground;
  context.fillRect(0, 0, g.width, g.height);
  paintWay(view, context);
  context.imageSmoothingEnabled = false;
  for (const side of ["src", "tgt"]) paintWires(view, context, side);
  for (const block of blocks) {
    if (block.kind === "cross") paintMemory(view, context, block);
    for (const strip of block.strips) {
      const image = stripImage(view, strip, pixels(strip));
      const top = view.top(strip);
      for (let token = 0; token < strip.n; token++) {
        context.drawImage(image, 0, token, image.width, 1, strip.x, top + token * g.row + 1.5, strip.w, g.row - 3);
      }
      partName(view, context, strip);
    }
  }
  for (const side of ["src", "tgt"]) paintNames(view, context, side);
  paintTitles(view, context);
  paintWords(view, context);
}

/** The residual stream as a hairline behind the strips. */
function paintWires(view, context, side) {
  const { g, style } = view, end = side === "src" ? g.ends.src : g.ends.tgt + 6 * g.f;
  context.strokeStyle = style.hair;
  context.lineWidth = 1;
  context.beginPath();
  for (let token = 0; token < view.n(side); token++) {
    const y = g.tops[side] + (token + 0.5) * g.row;
    context.moveTo(g.left, y);
    context.lineTo(end, y);
  }
  context.stroke();
}

/** Where a decoder layer keeps the memory's keys and values: the source's words, K and V. */
function paintMemory(view, context, block) {
  const { g, style, header } = view, top = g.tops.tgt, [k, v] = block.strips;
  context.fillStyle = style.tint;
  context.beginPath();
  context.roundRect(block.names - 3, top - 2, v.x + v.w + 3 - block.names + 3, k.n * g.row + 4, 4);
  context.fill();
  context.font = view.font();
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let token = 0; token < k.n; token++) {
    context.fillStyle = header.src.special[token] ? style.quiet : style.text;
    context.fillText(cutText(context, tokenName(header.src, token), KEY_NAMES * g.f - 5), k.x - 4, top + (token + 0.5) * g.row + 1);
  }
}

/** From the encoder's end down, and over to each decoder layer. */
function paintWay(view, context) {
  const { g, style, blocks } = view, crossings = blocks.filter((block) => block.kind === "cross");
  if (!crossings.length) return;
  const y = g.trunk + 13 * g.f, middle = (g.tops.src + g.bottoms.src) / 2, right = g.ends.src + 14 * g.f;
  context.lineWidth = 2 * g.f;
  context.lineJoin = "round";
  [["key", 0], ["value", 1]].forEach(([name, i]) => {
    const off = (i ? 5 : 0) * g.f;
    context.strokeStyle = context.fillStyle = style[name];
    context.beginPath();
    context.moveTo(g.ends.src + 4 * g.f, middle + off);
    context.lineTo(right - off, middle + off);
    context.lineTo(right - off, y - off);
    context.lineTo(crossings[0].strips[i].x + crossings[0].strips[i].w / 2, y - off);
    for (const block of crossings) {
      const x = block.strips[i].x + block.strips[i].w / 2, end = g.tops.tgt - PARTS * g.f + 30 * g.f;
      context.moveTo(x, y - off);
      context.lineTo(x, end - 6 * g.f);
    }
    context.stroke();
    for (const block of crossings) {
      const x = block.strips[i].x + block.strips[i].w / 2, end = g.tops.tgt - PARTS * g.f + 32 * g.f;
      context.beginPath();
      context.moveTo(x - 3.5 * g.f, end - 7 * g.f);
      context.lineTo(x + 3.5 * g.f, end - 7 * g.f);
      context.lineTo(x, end);
      context.fill();
    }
  });
  context.font = view.font();
  context.fillStyle = style.quiet;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const from = crossings[0].strips[1].x + crossings[0].strips[1].w + 4 * g.f, to = crossings[1]?.strips[0].x ?? right;
  context.fillText(cutText(context, view.words.memory, to - from), from, y + 13 * g.f);
}

/** Tokens at the left. */
function paintNames(view, context, side) {
  const { g, style, header } = view;
  context.font = view.font();
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let token = 0; token < view.n(side); token++) {
    context.fillStyle = header[side].special[token] ? style.quiet : style.text;
    const name = (header[side].continues[token] ? "·" : "") + clean(header[side].tokens[token]);
    context.fillText(cutText(context, name, g.left - 10 * g.f), g.left - 7 * g.f, g.tops[side] + (token + 0.5) * g.row + 1);
  }
}

/** The slanted name of a strip; K and V stand upright in their colours. */
function partName(view, context, strip) {
  const { g, style } = view, y = g.tops[strip.block.side] - 5 * g.f;
  context.fillStyle = style[{ k: "key", v: "value" }[strip.part]] ?? style.quiet;
  context.textBaseline = "alphabetic";
  context.save();
  if (strip.part === "k" || strip.part === "v") {
    context.font = view.font(700);
    context.textAlign = "center";
    context.translate(strip.x + strip.w / 2, y);
  } else {
    context.font = view.font();
    context.textAlign = "left";
    context.translate(strip.x + strip.w / 2 + 2 * g.f, y);
    context.rotate(-1.02);
  }
  context.fillText(view.partText(strip, true), 0, 0);
  context.restore();
}

/** "Encoder", "layer 1" over a line as wide as the layer. */
function paintTitles(view, context) {
  const { g, style, words } = view;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const [side, name] of [["src", words.encoder], ["tgt", words.decoder]]) {
    const y = g.tops[side] - g.head + 8 * g.f, first = view.layers(side);
    context.font = view.font(700);
    context.fillStyle = style.text;
    context.fillText(name, 2, y);
    context.font = view.font();
    for (const [layer, x0, x1] of first) {
      context.fillStyle = style.quiet;
      const text = fill(words.layer, { layer });
      context.fillText(text, x0, y);
      context.fillStyle = style.hair;
      context.fillRect(x0 + context.measureText(text).width + 8 * g.f, y, Math.max(0, x1 - x0 - context.measureText(text).width - 8 * g.f), 1);
    }
  }
}

/** The likeliest next words of each position, the written one first, as far as there is room. */
function paintWords(view, context) {
  const { g, style, header } = view, out = view.blocks.at(-1), columns = Math.max(2, Math.floor((out.x1 - out.x0) / (104 * g.f)));
  const wide = (out.x1 - out.x0) / columns;
  context.textBaseline = "middle";
  header.steps.forEach((step, i) => {
    const y = g.tops.tgt + (i + 0.5) * g.row, others = step.top.filter(([word]) => word !== step.written[0]);
    [step.written, ...others].slice(0, columns).forEach(([word, p], at) => {
      const x = out.x0 + at * wide, number = numberText(p, 2);
      context.fillStyle = style.line;
      context.globalAlpha = at ? 0.13 : 0.24;
      context.fillRect(x, y - g.row / 2 + 1.5, Math.max(1, (wide - 8 * g.f) * p), g.row - 3);
      context.globalAlpha = 1;
      context.font = view.font(at ? 400 : 650);
      context.fillStyle = at ? style.quiet : style.text;
      context.textAlign = "right";
      context.fillText(number, x + wide - 11 * g.f, y + 1);
      const room = wide - 18 * g.f - context.measureText(number).width;
      context.textAlign = "left";
      context.fillText(cutText(context, clean(word), room), x + 3 * g.f, y + 1);
    });
  });
}

/** Cut to a width in CSS px, with three dots. */
function cutText(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > room) letters.pop();
  return `${letters.join("")}…`;
}

/** Numbers as people write them, with a true minus. */
function numberText(value, digits) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}
