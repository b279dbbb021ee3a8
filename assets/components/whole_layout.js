// What stands where in the picture of the whole model; in front of whole.js. Lengths are CSS px at a text of 12 px.

const LINES = 24, SIDES = 5, PAIR = 3, LAYERS = 9; // room for lines, between blocks, within one, between layers
const NARROWEST = 12, WIDEST = 44, WIDEST_SOURCE = 60; // of a strip
const KV = 0.72, KEY_NAMES = 34; // K and V are narrower than other strips; names of the source beside them
const NAMES = 92, WORDS_ROOM = 176, WORDS_MOST = 330; // token names at the left, the next words at the right
const TITLE = 18, BLOCK = 30, PARTS = 60, TRUNK = 32; // heights above the rows, and of the way between the two halves
const ROW = 15, ROW_MOST = 22; // height of a token

/** Blocks in the order of the flow, each with its strips; a strip knows where its bytes begin. */
function blocksOf(header) {
  const blocks = [];
  let at = 0;
  header.strips.forEach((strip, i) => {
    const [code, part] = strip.name.split("/");
    if (blocks.at(-1)?.code !== code) blocks.push({ code, ...blockKind(code), strips: [] });
    blocks.at(-1).strips.push({ ...strip, i, at, part, n: strip.norms.length, block: blocks.at(-1) });
    at += strip.norms.length * header.d;
  });
  blocks.push({ code: "out", kind: "out", side: "tgt", layer: 0, strips: [] });
  for (const [i, block] of blocks.entries()) {
    // The residual stream as it came: what the block before it left behind. Embeddings are the first of their side.
    block.before = block.kind === "embed" ? null : blocks[i - 1].strips.at(-1);
  }
  return { blocks, bytes: at };
}

function blockKind(code) {
  if (code === "src" || code === "tgt") return { kind: "embed", side: code, layer: 0 };
  if (code === "memory" || code === "last") return { kind: "norm", side: code === "memory" ? "src" : "tgt", layer: 0 };
  const [where, what] = code.split("."), side = where[0] === "e" ? "src" : "tgt";
  const kind = what === "self" ? (side === "src" ? "encoder_self" : "decoder_self") : what;
  return { kind, side, layer: Number(where.slice(1)) };
}

/** The pieces of a block from left to right: [what, width], a strip as its own object with a share of a strip's width. */
function pieces(block, first) {
  const strips = block.strips, joined = strips.flatMap((strip, i) => (i ? [PAIR, strip] : [strip]));
  if (block.kind === "embed") return strips.flatMap((strip, i) => (i ? [PAIR + 2, strip] : [strip]));
  const lead = first ? LAYERS : SIDES;
  if (block.kind === "encoder_self" || block.kind === "decoder_self") return [first ? LAYERS - SIDES : 0, LINES, ...joined];
  if (block.kind !== "cross") return [lead, ...joined];
  const [k, v, ...rest] = strips;
  return [SIDES + 2, { names: true }, k, 2, v, LINES, rest[0], PAIR, rest[1]];
}

/** Places of all strips and blocks for a page of that width. names: CSS px of the longest token name. */
function layOut(blocks, counts, { width, height, size, names, gaps }) {
  const f = size / 12, left = Math.min(NAMES * f, names) + 12 * f;
  const [source, target] = ["src", "tgt"].map((side) => blocks.filter((block) => block.side === side && block.kind !== "out"));
  const share = (strip) => (strip.part === "k" || strip.part === "v" ? KV : 1);
  const measured = (side) => {
    const all = side.flatMap((block) => pieces(block, block.layer > 0 && block.code.endsWith("self")));
    const fixed = all.reduce((sum, one) => sum + (typeof one === "number" ? one : one.names ? KEY_NAMES : 0), 0) * f;
    return { fixed, shares: all.reduce((sum, one) => sum + (one.part ? share(one) : 0), 0) };
  };
  const wide = measured(target), room = width - left - WORDS_ROOM * f - 2;
  const strip = Math.max(NARROWEST * f, Math.min(WIDEST * f, (room - wide.fixed) / wide.shares));
  const end = left + wide.fixed + strip * wide.shares; // of the decoder's strips
  const own = measured(source);
  const sourceStrip = Math.max(NARROWEST * f, Math.min(WIDEST_SOURCE * f, (end - 26 * f - left - own.fixed) / own.shares));
  const head = (TITLE + BLOCK + PARTS) * f, rows = counts[0] + Math.max(...counts);
  const row = Math.round(Math.max(ROW * f, Math.min(ROW_MOST * f, (height - 2 * head - TRUNK * f) / rows)));
  const g = { f, left, row, head, size, strip, sourceStrip, tops: {}, ends: {}, bottoms: {} };
  g.tops.src = head;
  g.bottoms.src = head + counts[0] * row;
  g.trunk = g.bottoms.src + gaps.src; // where the way to the decoder begins
  g.tops.tgt = g.trunk + TRUNK * f + head;
  g.bottoms.tgt = g.tops.tgt + Math.max(...counts) * row;
  g.ends.src = place(source, g.left, sourceStrip, share, f);
  g.ends.tgt = place(target, g.left, strip, share, f);
  const out = blocks.at(-1);
  Object.assign(out, { x0: g.ends.tgt + 8 * f, x1: Math.max(width - 2, g.ends.tgt + WORDS_ROOM * f) });
  out.x1 = Math.min(out.x1, out.x0 + WORDS_MOST * f);
  out.name = [out.x0, out.x1];
  g.width = Math.ceil(out.x1 + 1);
  g.height = Math.ceil(g.bottoms.tgt + gaps.tgt + 2);
  return g;
}

function place(blocks, from, strip, share, f) {
  let x = from;
  for (const block of blocks) {
    block.x0 = null;
    for (const piece of pieces(block, block.layer > 0 && block.code.endsWith("self"))) {
      if (typeof piece === "number") {
        if (piece === LINES) block.x0 ??= x;
        x += piece * f;
      } else if (piece.names) {
        block.x0 = block.names = x;
        x += KEY_NAMES * f;
      } else {
        block.x0 ??= x;
        Object.assign(piece, { x, w: strip * share(piece) });
        x += piece.w;
      }
    }
    block.x1 = x;
    // Where the block's name stands: beside the way of K and V, not on it.
    block.name = block.kind === "cross" ? [block.strips[1].x + block.strips[1].w + 5 * f, x + 12 * f] : [block.x0 - 5 * f, x + 5 * f];
  }
  return x;
}
