// A square to draw on. See core/components/drawing.py.

const REACH = 1.9, RUBBER = 3; // points from the middle of the pen to its edge

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Drawing(parentElement.querySelector(".drawing")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

class Drawing {
  constructor(root) {
    this.root = root;
    this.past = [];
    this.rubs = this.down = false;
    this.canvas = make("canvas", { tabIndex: 0, role: "application" });
    this.ring = make("div", { className: "ring", hidden: true });
    this.sheet = make("div", { className: "sheet" }, this.canvas, this.ring);
    this.bar = make("div", { className: "bar", role: "toolbar" });
    this.foot = make("div", { className: "foot" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.sheet, this.bar, this.foot, this.live);
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.lift());
    canvas.addEventListener("focus", () => this.showRing());
    canvas.addEventListener("blur", () => { this.down = false; this.ring.hidden = true; });
    root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      this.bytes = bytes;
      const [header, points] = unpack(bytes);
      // What a person draws is newer than what Python has heard of: only a new turn puts other points here.
      if (this.header?.turn !== header.turn) {
        this.points = points;
        this.past = [];
      }
      this.header = header;
      this.side = header.shape[0];
      this.cursor ??= [this.side / 2, this.side / 2];
      this.words = shortNames(header.words, "drawing.");
      this.furnish();
    }
    this.draw();
  }

  furnish() {
    const { words } = this, open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["↑ ↓ ← →", words.key_arrows], ["␣", words.key_space], ["E", words.key_eraser],
      ["Ctrl Z", words.key_undo], ["Del", words.key_clear], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.canvas.setAttribute("aria-label", words.label);
    this.pen = textButton(words.pen, words.pen, () => this.take(false));
    this.eraser = textButton(words.eraser, words.eraser, () => this.take(true));
    this.bar.replaceChildren(this.pen, this.eraser, textButton(words.undo, words.undo, () => this.undo()), textButton(words.clear, words.clear, () => this.clear()));
    this.foot.replaceChildren(make("span", { textContent: words.hint }),
      make("span", { className: "push" }, textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; })));
    this.take(this.rubs);
  }

  take(rubs) {
    this.rubs = rubs;
    this.pen.setAttribute("aria-pressed", String(!rubs));
    this.eraser.setAttribute("aria-pressed", String(rubs));
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    this.size = Math.min(320, this.width - 4);
    const pixels = Math.round(this.size * this.ratio);
    this.canvas.width = this.canvas.height = pixels;
    Object.assign(this.canvas.style, { width: `${this.size}px`, height: `${this.size}px` });
    this.paint();
    this.showRing();
  }

  paint() {
    const context = this.canvas.getContext("2d"), css = getComputedStyle(this.root), all = this.canvas.width, point = all / this.side;
    context.clearRect(0, 0, all, all);
    context.fillStyle = css.color;
    for (let at = 0; at < this.points.length; at++) {
      if (!this.points[at]) continue;
      const x = Math.floor((at % this.side) * point), y = Math.floor(Math.floor(at / this.side) * point);
      context.fillRect(x, y, Math.ceil(point), Math.ceil(point));
    }
    context.globalAlpha = 0.22;
    for (let k = this.header.block; k < this.side; k += this.header.block) {
      context.fillRect(Math.round(k * point), 0, 1, all);
      context.fillRect(0, Math.round(k * point), all, 1);
    }
    context.globalAlpha = 1;
  }

  showRing() {
    this.ring.hidden = this.root.getRootNode().activeElement !== this.canvas || !this.byKeys;
    const point = this.size / this.side, r = (this.rubs ? RUBBER : REACH) * point;
    Object.assign(this.ring.style, { width: `${2 * r}px`, height: `${2 * r}px`, transform: `translate(${this.cursor[0] * point - r}px, ${this.cursor[1] * point - r}px)` });
    this.ring.classList.toggle("down", this.down);
  }

  // ---- strokes -------------------------------------------------------------

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.side, ((event.clientY - box.top) / box.height) * this.side];
  }

  press(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.byKeys = false;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.keep();
    this.from = this.at(event);
    this.line(this.from, this.from);
  }

  move(event) {
    if (!this.from) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const to = this.at(one);
      this.line(this.from, to);
      this.from = to;
    }
  }

  lift() {
    if (!this.from) return;
    this.from = null;
    this.tell(350); // another stroke may follow at once
  }

  /** Ink, or no ink, wherever the pen's edge comes between two places. */
  line([x0, y0], [x1, y1]) {
    const reach = this.rubs ? RUBBER : REACH, steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) * 2));
    for (let k = 0; k <= steps; k++) {
      const x = x0 + ((x1 - x0) * k) / steps, y = y0 + ((y1 - y0) * k) / steps;
      for (let row = Math.max(0, Math.floor(y - reach)); row <= Math.min(this.side - 1, y + reach); row++) {
        for (let column = Math.max(0, Math.floor(x - reach)); column <= Math.min(this.side - 1, x + reach); column++) {
          if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= reach) this.points[row * this.side + column] = this.rubs ? 0 : 1;
        }
      }
    }
    this.paint();
  }

  keep() {
    this.past.push(this.points.slice());
    if (this.past.length > 50) this.past.shift();
  }

  undo() {
    if (!this.past.length) return;
    this.points = this.past.pop();
    this.paint();
    this.tell(0);
  }

  clear() {
    this.keep();
    this.points = new Uint8Array(this.points.length);
    this.take(false);
    this.paint();
    this.tell(0);
  }

  tell(wait) {
    clearTimeout(this.sending);
    this.sending = setTimeout(() => {
      const bytes = new Uint8Array(this.points.length / 8);
      this.points.forEach((value, at) => { if (value) bytes[at >> 3] |= 128 >> (at & 7); });
      this.send("drawn", [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    }, wait);
  }

  // ---- keys ----------------------------------------------------------------

  key(event) {
    if (event.altKey) return;
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if ((event.ctrlKey || event.metaKey) && !undo) return;
    const onCanvas = this.root.getRootNode().activeElement === this.canvas;
    const go = (x, y) => this.step(x * (event.shiftKey ? 4 : 1), y * (event.shiftKey ? 4 : 1));
    const keys = {
      ArrowLeft: () => go(-1, 0), ArrowRight: () => go(1, 0), ArrowUp: () => go(0, -1), ArrowDown: () => go(0, 1),
      " ": () => this.touch(), e: () => this.take(!this.rubs), E: () => this.take(!this.rubs), Delete: () => this.clear(), Backspace: () => this.clear(),
    };
    const always = { "?": () => { this.keys.hidden = !this.keys.hidden; }, Escape: () => { this.keys.hidden = true; } };
    const action = undo ? () => this.undo() : always[event.key] ?? (onCanvas ? keys[event.key] : undefined);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    this.byKeys = onCanvas;
    action();
    this.showRing();
  }

  /** The pen goes down, and draws where the arrows take it, or is lifted. */
  touch() {
    this.down = !this.down;
    speak(this, this.down ? this.words.down : this.words.up);
    if (!this.down) return;
    this.keep();
    this.line(this.cursor, this.cursor);
    this.tell(600);
  }

  step(x, y) {
    const before = this.cursor, within = (v) => Math.min(this.side, Math.max(0, v));
    this.cursor = [within(before[0] + x), within(before[1] + y)];
    if (this.down) {
      this.line(before, this.cursor);
      this.tell(600);
    }
    speak(this, fill(this.words.at, { row: Math.round(this.cursor[1]), column: Math.round(this.cursor[0]) }));
  }
}
