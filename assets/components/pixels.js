// How weights become pixels; in front of overview.js.

/** For each of `size` pixels the cells it covers, as [first, behind the last]: at least one. */
function covered(cells, size) {
  const first = new Int32Array(size), last = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    first[i] = Math.floor((i * cells) / size);
    // Enlarged, a pixel belongs to the cell at its centre; shrunk, to all it covers.
    if (size >= cells) first[i] = Math.floor(((i + 0.5) * cells) / size);
    last[i] = size >= cells ? first[i] + 1 : Math.max(first[i] + 1, Math.ceil(((i + 1) * cells) / size));
  }
  return [first, last];
}

/** One head. A pixel over several cells shows the largest, so that no sharp weight is lost. */
function paintHead(pixels, weights, m, [top, bottom], [left, right], colours) {
  const [height, width] = [top.length, left.length];
  for (let y = 0, p = 0; y < height; y++) {
    if (y && top[y] === top[y - 1] && bottom[y] === bottom[y - 1]) {
      pixels.copyWithin(p, p - width, p);
      p += width;
      continue;
    }
    for (let x = 0; x < width; x++) {
      let most = 0;
      for (let row = top[y]; row < bottom[y]; row++) {
        for (let at = row * m + left[x], end = row * m + right[x]; at < end; at++) if (weights[at] > most) most = weights[at];
      }
      pixels[p++] = colours[most];
    }
  }
}

/** The colour of each byte as ABGR, the order of canvas pixels on little-endian machines (all that run browsers). */
function colourTable(scale) {
  const stops = scale.map(([at, colour]) => [at * 255, [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))]);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    const next = Math.max(1, stops.findIndex(([at]) => at >= byte));
    const [[from, a], [to, b]] = [stops[next - 1], stops[next]];
    const t = (byte - from) / (to - from);
    const [red, green, blue] = a.map((v, i) => Math.round(v + (b[i] - v) * t));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}

function hex(abgr) {
  return `#${[0, 8, 16].map((shift) => ((abgr >> shift) & 255).toString(16).padStart(2, "0")).join("")}`;
}
