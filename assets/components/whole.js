// The whole model on one screen: every vector a strip, every weight a line. See core/components/whole.py.

const HOLD = 500; // ms until Python hears of a choice that is already on the screen
const FRAME = 0.76; // of the window's height that the picture may take before it scrolls
const CARD_MOST = 1160; // CSS px

// What was chosen under each turn: a component that is taken down and put up again still knows.
const viewsBefore = new Map();

export default function ({ data, parentElement, setStateValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Whole(parentElement.querySelector(".whole")));
  view.send = setStateValue;
  view.receive(data);
  return cleanup;
}

class Whole extends Run {
  constructor(root) {
    super();
    this.root = root;
    Object.assign(this, { token: null, locked: false, head: 0, open: "", cursor: "" });
    this.base = make("canvas", { className: "base", "aria-hidden": "true" });
    this.canvas = make("canvas", { className: "over", tabIndex: 0, role: "application" });
    this.buttons = make("div", { className: "blocks" });
    this.card = new Card(this);
    this.sheet = make("div", { className: "sheet" }, this.base, this.canvas, this.buttons, this.card.holder);
    this.scroller = make("div", { className: "scroller" }, this.sheet);
    this.bar = make("div", { className: "bar" });
    this.foot = make("div", { className: "foot" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.bar, this.scroller, this.foot, this.tip, this.live);

    this.hoverSoon = onFrame(() => this.hover());
    this.canvas.addEventListener("pointermove", (event) => { this.pointer = event; this.hoverSoon(); });
    this.canvas.addEventListener("pointerleave", () => { this.pointer = null; this.hoverSoon(); });
    this.canvas.addEventListener("click", (event) => this.click(event));
    this.canvas.addEventListener("dblclick", (event) => this.openBlock(this.spot(event)?.block?.code ?? this.open));
    this.canvas.addEventListener("focus", () => this.follow());
    this.canvas.addEventListener("blur", () => this.follow());
    root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    this.hoverSoon.cancel();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(buffer) {
    if (!sameBytes(this.buffer, buffer)) {
      this.buffer = buffer;
      [this.header, this.bytes] = unpack(buffer);
      this.take();
    }
    this.draw();
  }

  take() {
    const { header } = this;
    this.words = shortNames(header.words, "whole.");
    this.colours = { weights: colourTable(header.scale), signed: colourTable(header.difference) };
    this.lay();
    const { token, ...rest } = viewsBefore.get(header.turn) ?? header.start;
    Object.assign(this, rest, { token: this.known(token) });
    this.head = Math.min(this.head, this.maps.encoder_self.heads);
    if (!this.blocks.some((block) => block.code === this.open)) this.open = "";
    this.cursor = this.open;
    this.fresh = true;
    this.canvas.setAttribute("aria-label", fill(this.words.label, { source: header.about[1], target: header.about[2] }));
    this.furnish();
  }

  known(token) {
    const [side, i] = String(token).split("-");
    return (side === "src" || side === "tgt") && Number(i) < this.n(side) ? { side, i: Number(i) } : { side: "src", i: 0 };
  }

  // ---- picture -------------------------------------------------------------

  font(weight = 400) {
    return `${weight} ${this.g.size}px ${this.style.family}`;
  }

  top(strip) {
    return this.g.tops[strip.block.side];
  }


  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    this.style = styleOf(this.root, this.header);
    const size = parseFloat(getComputedStyle(this.foot).fontSize) || 12, context = this.base.getContext("2d");
    context.font = `${size}px ${this.style.family}`;
    const widest = (side) => Math.max(...this.header[side].tokens.map((_, i) => context.measureText(this.name(side, i, true)).width));
    const block = this.blocks.find((one) => one.code === this.open), card = this.card.show(block, Math.min(this.width, CARD_MOST));
    const gap = card ? card + 26 * (size / 12) : 0;
    const gaps = { src: block?.side === "src" ? gap : 0, tgt: block?.side === "tgt" ? gap : 0 };
    this.text = { size, names: Math.max(widest("src"), widest("tgt")) };
    this.measure(gaps);
    const { g } = this, ratio = Math.min(this.ratio, Math.sqrt(40e6 / (g.width * g.height)));
    for (const canvas of [this.base, this.canvas]) {
      canvas.width = Math.ceil(g.width * ratio);
      canvas.height = Math.ceil(g.height * ratio);
      Object.assign(canvas.style, { width: `${g.width}px`, height: `${g.height}px` });
    }
    this.sharp = ratio;
    Object.assign(this.sheet.style, { width: `${g.width}px`, height: `${g.height}px` });
    this.scroller.style.maxHeight = block ? "none" : ""; // a card is not to be read through a window
    if (block) this.card.holder.style.top = `${g.bottoms[block.side] + 12 * g.f}px`;
    this.placeButtons();
    paintBase(this, context, ratio);
    this.note();
    this.follow();
    if (this.fresh && block) this.reveal(block); // a link may open what stands beyond a phone's edge
    this.fresh = false;
  }

  /** gaps: room for a card under each side. */
  measure(gaps) {
    const counts = ["src", "tgt"].map((side) => this.n(side));
    this.g = layOut(this.blocks, counts, { width: this.width, height: window.innerHeight * FRAME, ...this.text, gaps });
  }

  placeButtons() {
    const { g } = this;
    [...this.buttons.children].forEach((button, i) => {
      const block = this.blocks[i], [x0, x1] = block.name;
      Object.assign(button.style, { left: `${x0}px`, width: `${x1 - x0}px`,
        top: `${g.tops[block.side] - (PARTS + BLOCK) * g.f}px`, height: `${(BLOCK - 2) * g.f}px` });
      button.setAttribute("aria-expanded", String(this.open === block.code));
    });
  }

  /** The lines of a block's name on the page: a break where it does not fit. */
  blockLines(block) {
    const context = this.canvas.getContext("2d"), lines = [""], wide = block.name[1] - block.name[0];
    context.save();
    context.font = this.font(650);
    for (const word of this.blockName(block).split(/(?<=-)|\s+/)) {
      const joined = lines.at(-1) + (lines.at(-1) && !lines.at(-1).endsWith("-") ? " " : "") + word;
      if (lines.at(-1) && context.measureText(joined).width > wide) lines.push(word);
      else lines[lines.length - 1] = joined;
    }
    context.restore();
    return lines;
  }

  /** On the next frame everything is drawn that depends on the token. */
  follow() {
    if (!this.g) return;
    this.focused = this.root.getRootNode().activeElement === this.canvas && this.canvas.matches(":focus-visible");
    paintFollowed(this, this.canvas.getContext("2d"), this.sharp);
    this.status();
  }

  // ---- pointing ------------------------------------------------------------

  spot(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top, { g } = this;
    const side = ["src", "tgt"].find((one) => y >= g.tops[one] && y < g.bottoms[one]);
    if (!side || (side === "src" && x > g.ends.src + 4)) return null;
    const block = this.blocks.find((one) => one.side === side && x >= one.x0 - 2 && x < one.x1 + 2);
    const strip = block?.strips.find((one) => x >= one.x - 1 && x < one.x + one.w + 1), i = Math.floor((y - g.tops[side]) / g.row);
    const memory = block?.kind === "cross" && x < block.strips[1].x + block.strips[1].w + 2;
    const whose = memory ? "src" : side;
    return i < this.n(whose) ? { side: whose, i, block, strip } : null;
  }

  hover() {
    const spot = this.pointer && this.spot(this.pointer);
    this.canvas.style.cursor = spot ? "pointer" : "";
    if (!spot) {
      this.tip.hidden = true;
      return;
    }
    if (!this.locked && (this.token.side !== spot.side || this.token.i !== spot.i)) {
      this.token = { side: spot.side, i: spot.i };
      this.follow();
      this.reopen();
    }
    this.showTip(this.pointer, [this.name(spot.side, spot.i)], ...this.told(spot));
  }

  /** What a place tells: the strip, its length, and what the token reads there. */
  told({ side, i, block, strip }) {
    const lines = [];
    if (strip) lines.push(`${this.blockText(strip.block)} · ${this.partText(strip)}`, fill(this.words.norm, { norm: numberText(strip.norms[i], 2) }));
    else if (block) lines.push(this.blockText(block));
    if (block && this.maps[block.kind] && side === this.token.side && i === this.token.i) lines.push(this.reading(block));
    if (block?.kind === "out") lines.push(this.header.steps[i].top.slice(0, 5).map(([word, p]) => `${clean(word)} ${numberText(p, 2)}`).join(" · "));
    return lines;
  }

  /** "dog 0.41 · ate 0.20": what the followed token reads in a block, or who reads it there. */
  reading(block) {
    const asKey = block.kind === "cross" && this.token.side === "src";
    const side = asKey ? "tgt" : this.keySide(block);
    const list = this.row(block, asKey).sort((a, b) => b[1] - a[1]).slice(0, 3).filter(([, weight]) => weight >= FAINT)
      .map(([i, weight]) => fill(this.words.to, { token: this.name(side, i, !asKey), weight: numberText(weight, 2) })).join(" · ");
    const token = this.name(this.token.side, this.token.i);
    return asKey ? fill(this.words.read_by, { key: token, list }) : fill(this.words.reads, { query: token, list });
  }

  showTip(event, title, ...lines) {
    this.tip.replaceChildren(make("b", {}, ...title), ...lines.map((textContent) => make("small", { textContent })));
    this.tip.hidden = false;
    placeTip(this.tip, this.root, event);
    speak(this, this.tip.innerText.replaceAll("\n", ". "));
  }

  // ---- choosing ------------------------------------------------------------

  click(event) {
    const spot = this.spot(event);
    if (!spot) return;
    const same = this.locked && this.token.side === spot.side && this.token.i === spot.i;
    this.cursor = spot.block?.code ?? this.cursor;
    this.choose({ token: { side: spot.side, i: spot.i }, locked: !same });
  }

  /** Something that the link keeps has changed. The screen is first, Python hears of it afterwards. */
  choose(change) {
    Object.assign(this, change);
    const view = { token: `${this.token.side}-${this.token.i}`, head: this.head, open: this.open, locked: this.locked };
    viewsBefore.set(this.header.turn, view);
    if ("open" in change || ("head" in change && this.open)) this.draw();
    else {
      this.follow();
      this.reopen();
    }
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.send("view", view), HOLD);
  }

  /** The open card shows the followed token too. */
  reopen() {
    if (!this.open) return;
    const before = this.card.element.offsetHeight;
    this.card.show(this.blocks.find((one) => one.code === this.open), Math.min(this.width, CARD_MOST));
    if (Math.abs(this.card.element.offsetHeight - before) > 2) this.draw();
  }

  setHead(head) {
    this.choose({ head });
    this.furnish();
    this.status();
  }

  openBlock(code) {
    this.tip.hidden = true;
    this.cursor = code || this.cursor;
    this.choose({ open: code });
    if (code) this.card.element.scrollIntoView({ block: "nearest" });
  }

  // ---- keys ----------------------------------------------------------------

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const focused = this.root.getRootNode().activeElement, onCanvas = focused === this.canvas;
    const actions = {
      "?": () => { this.keys.hidden = !this.keys.hidden; },
      Escape: () => this.escape(),
    };
    if (onCanvas) {
      const total = this.n("src") + this.n("tgt"), at = this.token.side === "src" ? this.token.i : this.n("src") + this.token.i;
      Object.assign(actions, {
        ArrowUp: () => this.go(at - 1), ArrowDown: () => this.go(at + 1), Home: () => this.go(0), End: () => this.go(total - 1),
        ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), Enter: () => this.openBlock(this.open === this.place() ? "" : this.place()),
        " ": () => this.choose({ locked: !this.locked }),
      });
      if (/^[0-9]$/.test(event.key) && Number(event.key) <= this.maps.encoder_self.heads) actions[event.key] = () => this.setHead(Number(event.key));
    }
    if (!(focused?.tagName === "SELECT" && event.key !== "?")) act(event, actions[event.key]);
  }

  escape() {
    if (!this.keys.hidden) this.keys.hidden = true;
    else if (this.open) {
      this.openBlock("");
      this.canvas.focus();
    } else if (this.locked) this.choose({ locked: false });
  }

  /** Token `at` of the source's and then the decoder's. A token chosen by keys stays. */
  go(at) {
    const n = this.n("src"), to = Math.min(n + this.n("tgt") - 1, Math.max(0, at));
    const token = to < n ? { side: "src", i: to } : { side: "tgt", i: to - n };
    this.choose({ token, locked: true });
    this.step(0);
    this.reveal();
  }

  /** The block under the keys' cursor, on the side of the followed token. */
  place() {
    const own = this.blocks.filter((block) => block.side === this.token.side);
    return (own.find((block) => block.code === this.cursor) ?? own[1]).code;
  }

  /** To the next block of the flow; an open card goes along. */
  step(by) {
    const own = this.blocks.filter((block) => block.side === this.token.side), at = own.findIndex((block) => block.code === this.place());
    this.cursor = own[Math.min(own.length - 1, Math.max(0, at + by))].code;
    const block = own.find((one) => one.code === this.cursor);
    if (by && this.open && this.open !== this.cursor) this.choose({ open: this.cursor });
    else this.follow();
    const reading = this.maps[block.kind] ? this.reading(block) : this.name(this.token.side, this.token.i);
    speak(this, `${this.blockText(block)}: ${reading}`);
    this.reveal(block);
  }

  reveal(block = this.blocks.find((one) => one.code === this.cursor)) {
    const box = this.scroller, { g } = this, y = g.tops[this.token.side] + this.token.i * g.row;
    if (block && (block.x0 < box.scrollLeft || block.x1 > box.scrollLeft + box.clientWidth)) box.scrollLeft = block.x0 - g.left;
    if (y < box.scrollTop || y + g.row > box.scrollTop + box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
  }

  // ---- around the picture --------------------------------------------------

  furnish() {
    const { words, header } = this, heads = this.maps.encoder_self.heads;
    const select = make("select", { onchange: () => this.setHead(Number(select.value)) },
      ...Array.from({ length: heads + 1 }, (_, i) => make("option", { value: String(i), textContent: i ? fill(words.head, { head: i }) : words.mean })));
    select.value = String(this.head);
    this.said = make("span", { className: "said" });
    this.release = make("button", { type: "button", textContent: words.release, onclick: () => this.choose({ locked: false }) });
    this.bar.replaceChildren(this.said, this.release, make("label", { className: "push" }, words.lines, select));
    this.buttons.replaceChildren(...this.blocks.map((block) => make("button", { type: "button", textContent: this.blockName(block),
      title: fill(words.open, { block: this.blockText(block) }), "aria-label": fill(words.open, { block: this.blockText(block) }),
      onclick: () => this.openBlock(this.open === block.code ? "" : block.code) })));
    if (this.g) this.placeButtons();
    const open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["↑ ↓", words.key_token], ["← →", words.key_block], ["Home End", words.key_ends], ["0 … 9", words.key_head],
      ["␣", words.key_lock], ["Enter", words.key_enter], ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    const bar = make("i"), text = (t) => make("span", { textContent: t });
    bar.style.background = `linear-gradient(to right, ${header.difference.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
    this.notes = make("span", { className: "notes" });
    this.foot.replaceChildren(make("span", { className: "legend" }, text(`−${header.limit}`), bar, text(String(header.limit)), text(words.beyond)), this.notes,
      make("span", { className: "push" }, textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }),
        textButton("PNG", words.png, () => closed(this, () => savePicturePng(this))), textButton("SVG", words.svg, () => closed(this, () => savePictureSvg(this)))));
  }

  /** What the picture simplifies, as it stands now. */
  note() {
    const { words, header, g } = this, notes = [];
    const share = header.d / (g.strip * this.sharp);
    if (share > 1) notes.push(fill(words.pixels, { d: header.d, n: Math.round(share) }));
    notes.push(words.byte);
    ["src", "tgt"].forEach((side, i) => {
      if (header.counts[i] > this.n(side)) notes.push(`⚠ ${fill(words.cut, { side: side === "src" ? words.encoder : words.decoder, shown: this.n(side), n: header.counts[i] })}`);
    });
    this.notes.textContent = notes.join(" ");
  }

  status() {
    if (!this.said) return;
    const { token, words } = this, template = this.locked ? words.locked : words.following;
    this.said.replaceChildren(...fillNodes(template, { token: this.name(token.side, token.i) }), " ",
      ...(this.locked ? [] : [make("small", { textContent: words.hint })]));
    this.release.hidden = !this.locked;
  }
}
