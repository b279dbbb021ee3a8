// Where tiles stand and how they are drawn; in front of tiles.js.

/** Sizes in CSS px for a room so wide. font: px of the small type. */
function tileGrid(header, room, font, measure) {
  const n = header.tiles.length, edge = 3, gap = header.size > 60 ? 10 : 5;
  const widest = header.rows.reduce((most, name) => Math.max(most, measure(name)), 0);
  const left = edge + (header.rows.length ? widest + 8 : 0), top = edge + (header.cols.length ? font * 1.6 : 0);
  const columns = Math.min(n, header.columns || Math.max(1, Math.floor((room - left - edge + gap) / (header.size + gap))));
  const size = Math.max(8, Math.min(header.size, Math.floor((room - left - edge - gap * (columns - 1)) / columns)));
  const below = header.tiles.some((tile) => tile.label) ? font * 1.6 : 0;
  const lines = Math.ceil(n / columns), step = [size + gap, size + below + gap];
  return { left, top, size, columns, lines, step, font, width: left + columns * step[0] - gap + edge, height: top + lines * step[1] - gap + edge };
}

/** Upper left corner of tile i. */
function tilePlace(g, i) {
  return [g.left + (i % g.columns) * g.step[0], g.top + Math.floor(i / g.columns) * g.step[1]];
}

/** Everything but the marks. view: { header, ink, cells, colours, style } */
function paintTiles(context, view, g, ratio) {
  const { header, style } = view;
  header.tiles.forEach((tile, i) => {
    const [x, y] = tilePlace(g, i).map((v) => v * ratio), size = g.size * ratio;
    if (header.cells.length) paintCells(context, view, i, x, y, size);
    else paintInk(context, view, i, x, y, size);
    if (header.patches) paintLines(context, view, x, y, size, ratio);
    context.globalAlpha = 0.3;
    context.strokeStyle = style.text;
    context.lineWidth = ratio;
    context.strokeRect(x, y, size, size);
    context.globalAlpha = 1;
    if (tile.texts.length) paintTexts(context, view, i, g, x, y, ratio);
    if (tile.label) write(context, tile.label, x + size / 2, y + size + g.font * 1.25 * ratio, g.font * ratio, style, "center");
  });
  header.rows.forEach((name, row) => {
    const y = g.top + row * g.step[1] + g.size / 2;
    write(context, name, (g.left - 8) * ratio, (y + g.font * 0.35) * ratio, g.font * ratio, style, "right");
  });
  header.cols.forEach((name, column) => {
    const x = g.left + column * g.step[0] + g.size / 2;
    write(context, name, x * ratio, (g.top - g.font * 0.5) * ratio, g.font * ratio, style, "center");
  });
}

function write(context, text, x, y, size, style, align) {
  Object.assign(context, { fillStyle: style.text, font: `${size}px ${style.family}`, textAlign: align, textBaseline: "alphabetic" });
  context.fillText(clean(text), x, y);
}

/** Pixels alone: paper to ink. */
function paintInk(context, view, i, x, y, size) {
  const [h, w] = view.header.ink;
  const edge = (k, n, from) => Math.round(from + (k * size) / n);
  for (let at = 0; at < h * w; at++) {
    const row = Math.floor(at / w), column = at % w, [left, top] = [edge(column, w, x), edge(row, h, y)];
    context.fillStyle = hex(view.colours.ink[Math.round(255 * Math.min(1, view.ink[i * h * w + at]))]);
    context.fillRect(left, top, edge(column + 1, w, x) - left, edge(row + 1, h, y) - top);
  }
}

/** Each patch in its number's colour, the ink on it as squares: the more ink, the larger. */
function paintCells(context, view, i, x, y, size) {
  const { header } = view, [H, W] = header.cells, [h, w] = header.ink;
  const edge = (k, n, from) => Math.round(from + (k * size) / n);
  for (let at = 0; at < H * W; at++) {
    const row = Math.floor(at / W), column = at % W, [left, top] = [edge(column, W, x), edge(row, H, y)];
    context.fillStyle = hex(cellColour(view, i, at));
    context.fillRect(left, top, edge(column + 1, W, x) - left, edge(row + 1, H, y) - top);
  }
  context.globalAlpha = 0.72;
  for (let at = 0; at < h * w; at++) {
    const ink = Math.min(1, view.ink[i * h * w + at]);
    if (ink < 0.04) continue;
    const row = Math.floor(at / w), column = at % w, pixel = size / w, side = pixel * 0.8 * Math.sqrt(ink);
    const cell = Math.floor((row * H) / h) * W + Math.floor((column * W) / w);
    context.fillStyle = inkOn(cellColour(view, i, cell));
    context.fillRect(x + (column + 0.5) * pixel - side / 2, y + (row + 0.5) * pixel - side / 2, side, side);
  }
  context.globalAlpha = 1;
}

function cellColour(view, i, at) {
  const { header, colours } = view, n = header.cells[0] * header.cells[1];
  const most = header.own ? view.cells.subarray(i * n, (i + 1) * n).reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1 : header.limit;
  const value = view.cells[i * n + at] / most;
  if (header.signed) return colours.difference[Math.round(127.5 + 127.5 * Math.min(1, Math.max(-1, value)))];
  return colours.weights[Math.round(255 * Math.min(1, Math.max(0, value)))];
}

function paintLines(context, view, x, y, size, ratio) {
  const n = view.header.patches;
  context.fillStyle = view.style.line;
  const thick = Math.max(1, Math.round(ratio * (size / ratio > 150 ? 1.5 : 1)));
  for (let k = 1; k < n; k++) {
    context.fillRect(Math.round(x + (k * size) / n - thick / 2), y, thick, size);
    context.fillRect(x, Math.round(y + (k * size) / n - thick / 2), size, thick);
  }
}

/** In the upper left corner of each patch, on a ground of its own so that ink does not run through it. */
function paintTexts(context, view, i, g, x, y, ratio) {
  const { header, style } = view, n = header.patches || header.cells[1], cell = (g.size * ratio) / n, size = g.font * ratio;
  if (cell < g.font * 2.2 * ratio) return;
  header.tiles[i].texts.forEach((text, at) => {
    const [left, top] = [x + (at % n) * cell + 2 * ratio, y + Math.floor(at / n) * cell + 2 * ratio];
    context.font = `${size}px ${style.family}`;
    const width = context.measureText(text).width + 6 * ratio;
    context.globalAlpha = 0.82;
    context.fillStyle = style.ground;
    context.fillRect(left, top, width, size * 1.3);
    context.globalAlpha = 1;
    write(context, text, left + 3 * ratio, top + size, size, style, "left");
  });
}
