// What follows a token over the picture of whole_paint.js.

const DIM = 0.66; // how much of a row that is not followed is hidden
const FAINT = 0.01; // a weight below this has no line

/** Veils over all rows but those that matter, and lines as thick as the weights. */
function paintFollowed(view, context, ratio) {
  const { g, style, token } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, g.width, g.height);
  if (token) {
    veil(view, context, "src", g.left, g.ends.src + 3);
    veil(view, context, "tgt", g.left, g.ends.tgt + 6 * g.f);
    for (const block of view.blocks) paintLines(view, context, block);
  }
  const marked = view.cursor && view.blocks.find((block) => block.code === view.cursor);
  if (marked && (view.open || view.focused || view.pointed)) outline(view, context, marked);
  if (!token) return;
  context.strokeStyle = style.query;
  context.lineWidth = view.locked ? 2 : 1;
  const y = g.tops[token.side] + token.i * g.row;
  context.strokeRect(1, y + 0.5, (token.side === "src" ? g.ends.src : g.width) - 2, g.row - 1);
}

function veil(view, context, side, x0, x1) {
  const { g, style } = view;
  context.fillStyle = style.ground;
  const rows = view.n(side), crossings = view.blocks.filter((block) => block.kind === "cross");
  for (let i = 0; i < rows; i++) {
    const lit = view.lit(side, i);
    context.globalAlpha = DIM * (1 - lit);
    const y = g.tops[side] + i * g.row;
    if (side === "src") {
      context.fillRect(x0, y, x1 - x0, g.row);
      continue;
    }
    let from = x0; // the memory's rows in between are source tokens, with a light of their own
    for (const block of crossings) {
      context.fillRect(from, y, block.names - 3 - from, g.row);
      from = block.strips[1].x + block.strips[1].w + 3;
    }
    context.fillRect(from, y, x1 - from, g.row);
  }
  if (side === "tgt") {
    for (const block of crossings) {
      for (let j = 0; j < view.n("src"); j++) {
        context.globalAlpha = DIM * (1 - view.litKey(block, j));
        const { x } = block.strips[0]; // the names stay
        context.fillRect(x, g.tops.tgt + j * g.row, block.strips[1].x + block.strips[1].w + 3 - x, g.row);
      }
    }
  }
  context.globalAlpha = 1;
}

/** [key row, query row, weight] of a block's lines for the followed token. */
function linesOf(view, block) {
  const map = view.maps[block.kind], { token } = view;
  if (!map || !token) return [];
  const found = [], other = block.kind === "cross" && token.side === "src";
  if (other) for (let i = 0; i < map.n; i++) found.push([token.i, i, view.weight(block, i, token.i)]);
  else if (block.side === token.side) for (let j = 0; j < map.m; j++) found.push([j, token.i, view.weight(block, token.i, j)]);
  return found.filter(([, , weight]) => weight >= FAINT).sort((a, b) => a[2] - b[2]);
}

function paintLines(view, context, block) {
  const { g, style } = view, lines = linesOf(view, block);
  if (!lines.length) return;
  const from = block.kind === "cross" ? block.strips[1] : block.before, out = block.strips.at(-2);
  const x0 = from.x + from.w, x1 = out.x, y = (i) => g.tops[block.side] + (i + 0.5) * g.row;
  context.strokeStyle = style.line;
  context.lineCap = "butt";
  for (const [key, query, weight] of lines) {
    context.globalAlpha = 0.25 + 0.75 * weight;
    context.lineWidth = Math.max(0.6, weight * 7 * g.f);
    context.beginPath();
    context.moveTo(x0, y(key));
    context.bezierCurveTo((x0 + x1) / 2, y(key), (x0 + x1) / 2, y(query), x1, y(query));
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The frame of a block, and the way down to its card when it is open. */
function outline(view, context, block) {
  const { g, style } = view, x0 = block.x0 - 3, x1 = Math.min(block.x1 + 3, g.width - 1), top = g.tops[block.side] - g.head + TITLE * g.f;
  const bottom = g.bottoms[block.side];
  context.strokeStyle = style.line;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x0, top, x1 - x0, bottom - top + 3, 5);
  context.stroke();
  if (view.open !== block.code) return;
  const middle = (x0 + x1) / 2;
  context.fillStyle = style.line;
  context.beginPath();
  context.moveTo(middle - 8 * g.f, bottom + 12 * g.f);
  context.lineTo(middle + 8 * g.f, bottom + 12 * g.f);
  context.lineTo(middle, bottom + 3);
  context.fill();
}
