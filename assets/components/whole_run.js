// The numbers and names of a run, as the picture asks for them; in front of whole.js, which is a Run with a screen.

class Run {
  /** Where the strips and the weights begin in the buffer. */
  lay() {
    const { blocks, bytes } = blocksOf(this.header);
    this.blocks = blocks;
    let at = bytes;
    this.maps = {};
    for (const [kind, layers, heads, n, m] of this.header.maps) {
      this.maps[kind] = { at, heads, n, m };
      at += layers * heads * n * m;
    }
  }

  n(side) {
    return this.header[side].tokens.length;
  }

  keySide(block) {
    return block.kind === "cross" ? "src" : block.side;
  }

  /** What a query of a block gives to a key: the mean over heads, or one head's weight. */
  weight(block, query, key, head = this.head) {
    const { at, heads, n, m } = this.maps[block.kind], cell = query * m + key, start = at + (block.layer - 1) * heads * n * m;
    if (head) return this.bytes[start + (head - 1) * n * m + cell] / 255;
    let sum = 0;
    for (let h = 0; h < heads; h++) sum += this.bytes[start + h * n * m + cell];
    return sum / (255 * heads);
  }

  /** [token, weight] of what a block's followed token reads; of those that read it, where it is a key. */
  row(block, asKey, head = this.head) {
    const { n, m } = this.maps[block.kind], at = asKey ? this.token.i : this.tokenOf(block.side);
    return Array.from({ length: asKey ? n : m }, (_, i) => [i, asKey ? this.weight(block, i, at, head) : this.weight(block, at, i, head)]);
  }

  /** The followed token of a side; on the other side the one that cross-attention ties to it most. */
  tokenOf(side) {
    const { token } = this;
    if (token.side === side) return token.i;
    const best = [0, -1], crossings = this.blocks.filter((block) => block.kind === "cross");
    for (let i = 0; i < this.n(side); i++) {
      const weight = crossings.reduce((sum, block) => sum + (side === "src" ? this.weight(block, token.i, i) : this.weight(block, i, token.i)), 0);
      if (weight > best[1]) best.splice(0, 2, i, weight);
    }
    return best[0];
  }

  /** How bright a row is, 0..1: the followed one, and on the other side as much as cross-attention ties it to that. */
  lit(side, i) {
    const { token } = this;
    if (token.side === side) return token.i === i ? 1 : 0;
    return this.blocks.reduce((most, block) => (block.kind !== "cross" ? most
      : Math.max(most, side === "src" ? this.weight(block, token.i, i) : this.weight(block, i, token.i))), 0);
  }

  litKey(block, j) {
    return this.token.side === "src" ? Number(this.token.i === j) : this.weight(block, this.token.i, j);
  }

  // ---- names ---------------------------------------------------------------

  name(side, i, short = false) {
    const axis = this.header[side];
    return short ? (axis.continues[i] ? "·" : "") + clean(axis.tokens[i]) : tokenName(axis, i);
  }

  partText(strip, short = false) {
    const { kind } = strip.block, { words } = this;
    if (kind === "embed") return words[`part.${strip.part}`];
    if (kind === "norm") return words["part.norm"];
    if (strip.part === "k" || strip.part === "v") return short ? strip.part.toUpperCase() : words[`part.${strip.part}`];
    if (strip.part === "after") return words[`part.after.${this.header.norm}`];
    return words[kind === "ffn" ? "part.ffn" : "part.attention"];
  }

  blockName(block) {
    const name = { encoder_self: "self", decoder_self: "masked" }[block.kind] ?? block.kind;
    return this.words[`block.${name}`];
  }

  blockText(block) {
    const { words } = this, side = block.side === "src" ? words.encoder : words.decoder;
    return [side, ...(block.layer ? [fill(words.layer, { layer: block.layer })] : []), this.blockName(block)].join(" · ");
  }

  /** The layers of a side as [number, left, right]. */
  layers(side) {
    const found = new Map();
    for (const block of this.blocks) {
      if (block.side !== side || !block.layer) continue;
      const [, x0] = found.get(block.layer) ?? [0, block.x0];
      found.set(block.layer, [block.layer, x0, block.x1]);
    }
    return [...found.values()];
  }
}
