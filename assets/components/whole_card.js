// A block, opened where it stands: its heads, its strips at full size, the way to its page. In front of whole.js.

const BAND = 26; // CSS px, the height of a strip at full size
const MAP = 92, MAP_MOST = 168; // CSS px of a small map

class Card {
  constructor(view) {
    this.view = view;
    this.element = make("section", { className: "card", hidden: true });
    this.holder = make("div", { className: "holder" }, this.element);
    this.element.addEventListener("pointerleave", () => { view.tip.hidden = true; });
  }

  /** Shows a block for the followed token; returns the height it takes. */
  show(block, width) {
    this.element.hidden = !block;
    if (!block) return 0;
    const { view } = this, { words } = view;
    this.element.style.width = `${width}px`;
    this.inner = width - 2 * 14 - 2;
    const close = textButton("×", words.close, () => view.openBlock(""));
    close.className = "close";
    const token = view.tokenOf(block.side), parts = [make("header", {}, make("h4", { textContent: view.blockText(block) }), close)];
    if (view.maps[block.kind]) parts.push(this.heading(words.heads, { query: this.queryName(block) }), this.heads(block));
    if (block.kind === "out") parts.push(this.heading(words.candidates, { token: view.name("tgt", token) }), this.candidates(token));
    parts.push(this.heading(words.strips, { token: view.name(block.side, token) }), this.bands(block, token));
    if (view.header.fired[block.code]) {
      const n = view.header.fired[block.code][token];
      parts.push(make("p", { textContent: fill(words.fired, { n, of: view.header.d_ff }) }));
    }
    parts.push(this.pages(block, token));
    this.element.replaceChildren(...parts);
    return this.element.offsetHeight;
  }

  heading(template, values) {
    return make("h5", {}, ...fillNodes(template, values));
  }

  /** Cross-attention asks for the memory from a source token's side too: then a column is meant. */
  asKey(block) {
    return block.kind === "cross" && this.view.token?.side === "src";
  }

  queryName(block) {
    const { view } = this;
    return this.asKey(block) ? view.name("src", view.token.i) : view.name(block.side, view.tokenOf(block.side));
  }

  // ---- heads ---------------------------------------------------------------

  heads(block) {
    const { view } = this, map = view.maps[block.kind], heads = view.header.maps.find(([kind]) => kind === block.kind)[2];
    const size = Math.max(MAP, Math.min(MAP_MOST, (this.inner - 8 * (heads - 1)) / heads));
    const tiles = Array.from({ length: heads }, (_, head) => {
      const tile = make("button", { type: "button", className: "head", "aria-pressed": String(view.head === head + 1) });
      const canvas = this.map(block, map, head, size);
      canvas.addEventListener("pointermove", (event) => this.hoverMap(event, block, map, head));
      tile.append(make("span", { textContent: fill(view.words.head, { head: head + 1 }) }), make("em", { textContent: this.most(block, head) }), canvas);
      tile.onclick = () => view.setHead(view.head === head + 1 ? 0 : head + 1);
      tile.style.width = `${size}px`;
      return tile;
    });
    return make("div", { className: "heads" }, ...tiles);
  }

  /** The largest weight of the row or column that is followed. */
  most(block, head) {
    const { view } = this, lines = view.row(block, this.asKey(block), head + 1);
    const best = lines.reduce((a, b) => (b[1] > a[1] ? b : a));
    return `${view.name(this.asKey(block) ? "tgt" : view.keySide(block), best[0], true)} ${numberText(best[1], 2)}`;
  }

  map(block, map, head, size) {
    const { view } = this, ratio = window.devicePixelRatio, { n, m } = map;
    const w = Math.round(size * ratio), h = Math.round(size * Math.min(1.4, Math.max(0.5, n / m)) * ratio);
    const canvas = make("canvas", { width: w, height: h }), context = canvas.getContext("2d");
    canvas.style.height = `${h / ratio}px`;
    const image = context.createImageData(w, h);
    const at = map.at + ((block.layer - 1) * map.heads + head) * n * m;
    paintHead(new Uint32Array(image.data.buffer), view.bytes.subarray(at, at + n * m), m, covered(n, h), covered(m, w), view.colours.weights);
    context.putImageData(image, 0, 0);
    context.strokeStyle = view.style[this.asKey(block) ? "key" : "query"];
    context.lineWidth = Math.max(1, ratio);
    if (this.asKey(block)) context.strokeRect((view.token.i / m) * w, 0.5, w / m, h - 1);
    else context.strokeRect(0.5, (view.tokenOf(block.side) / n) * h, w - 1, h / n);
    return canvas;
  }

  hoverMap(event, block, map, head) {
    const { view } = this, box = event.currentTarget.getBoundingClientRect();
    const query = Math.min(map.n - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * map.n)));
    const key = Math.min(map.m - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * map.m)));
    const weight = numberText(view.weight(block, query, key, head + 1), 2);
    const values = { query: view.name(block.side, query), key: view.name(view.keySide(block), key), weight };
    view.showTip(event, fillNodes(view.words.weight, values), fill(view.words.head, { head: head + 1 }));
  }

  // ---- strips --------------------------------------------------------------

  bands(block, token) {
    const { view } = this, strips = [...(block.before ? [block.before] : []), ...block.strips];
    const table = make("div", { className: "bands" });
    for (const strip of strips) {
      const other = strip.side !== block.side, at = other ? view.tokenOf(strip.side) : token;
      const name = strip === block.before ? view.words["part.before"] : view.partText(strip);
      const spread = fill(view.words.spread, { mean: numberText(strip.means[at], 2), std: numberText(strip.stds[at], 2) });
      const title = make("div", {}, make("b", { textContent: other ? `${name} · ${view.name(strip.side, at, true)}` : name }),
        make("span", { textContent: `${fill(view.words.norm, { norm: numberText(strip.norms[at], 2) })} · ${spread}` }));
      table.append(title, this.band(strip, at));
    }
    return table;
  }

  band(strip, token) {
    const { view } = this, { d, limit } = view.header, ratio = window.devicePixelRatio, width = Math.floor(this.inner);
    const size = Math.max(1, Math.round(width * ratio)), canvas = make("canvas", { width: size, height: 1, className: "band" });
    Object.assign(canvas.style, { width: `${width}px`, height: `${BAND}px` });
    const image = new ImageData(size, 1), start = strip.at + token * d;
    stripPixels(view.bytes, start, size, strip.peaks[token] / limit, view.colours.signed, new Uint32Array(image.data.buffer), 0, covered(d, size), strip.part === "position");
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect(), i = Math.min(d - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * d)));
      const digits = strip.peaks[token] / 254 < 0.005 ? 3 : 2;
      const value = numberText(unquantised(view.bytes[start + i], strip.peaks[token]), digits);
      view.showTip(event, fillNodes(view.words.value, { dimension: i + 1, value }), `${view.name(strip.side, token)} · ${view.partText(strip)}`);
    });
    return canvas;
  }

  // ---- output, links -------------------------------------------------------

  candidates(token) {
    const { written, top } = this.view.header.steps[token];
    const list = top.some(([word]) => word === written[0]) ? top : [...top, written];
    return make("ol", { className: "bars" }, ...list.map(([word, p]) => {
      const bar = make("i");
      bar.style.width = `${100 * p}%`;
      return make("li", { className: word === written[0] ? "written" : "" }, make("b", { textContent: clean(word) }),
        make("span", {}, bar), make("em", { textContent: numberText(p, 3) }));
    }));
  }

  pages(block, token) {
    const { view } = this, values = { layer: block.layer, head: view.head || "mean", one: view.head || 1, row: token,
      sidename: block.side === "src" ? "encoder" : "decoder", last: view.blocks.reduce((most, one) => (one.side === block.side ? Math.max(most, one.layer) : most), 1) };
    const links = (view.header.links[block.kind] ?? []).map(([text, page, query]) => {
      const url = new URL(`./${page}`, window.location.href);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, fill(value, values));
      return make("a", { href: url.href, textContent: `${text} →`, target: "_self" });
    });
    return make("nav", { hidden: !links.length }, make("span", { textContent: view.words.pages }), ...links);
  }
}
