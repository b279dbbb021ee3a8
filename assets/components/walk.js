// One token's way from box to box. See core/components/walk.py.

const PACE = 1800; // ms a step when it plays

export default function ({ data, parentElement, setStateValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Walk(parentElement.querySelector(".walk")));
  view.send = setStateValue;
  view.receive(data);
  return cleanup;
}

class Walk {
  constructor(root) {
    this.root = root;
    this.boxes = [];
    this.dimension = this.held = null;
    this.bar = make("div", { className: "bar", role: "toolbar" });
    this.flow = make("div", { className: "flow" });
    this.foot = make("div", { className: "foot" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.bar, this.flow, this.foot, this.live);
    root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    for (const timer of [this.playing, this.sending, this.speaking]) clearTimeout(timer);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      this.bytes = bytes;
      this.take(...unpack(bytes));
    }
    this.draw();
  }

  take(header, values) {
    this.words = shortNames(header.words, "walk.");
    this.colours = colourTable(header.difference);
    const focused = this.boxes.findIndex((box) => box.element === this.root.getRootNode().activeElement);
    const asked = this.header?.selected;
    this.header = header;
    this.d = header.groups[0].boxes[0].n;
    let at = 0;
    this.boxes = [];
    this.flow.replaceChildren(...header.groups.map((group) => {
      const boxes = group.boxes.map((box) => {
        const one = new BoxView(this, group.title, box, values.subarray(at, (at += box.n)));
        this.listen(one, this.boxes.push(one) - 1);
        return one;
      });
      const children = boxes.flatMap((box) => (box.header.joiner ? [box.joiner, box.element] : [box.element]));
      return make("div", { className: "group" }, make("h4", { textContent: clean(group.title) }), make("div", { className: "boxes" }, ...children));
    }));
    // What a person stepped to meanwhile is newer than what Python sends.
    if (!this.sending && header.selected !== asked) this.open = header.selected;
    if (!this.names().includes(this.open)) this.open = header.selected;
    if (this.held !== null && this.held >= this.d) this.held = null;
    this.furnish();
    if (focused >= 0) this.boxes[Math.min(focused, this.boxes.length - 1)].element.focus();
  }

  names() {
    return this.boxes.map((box) => box.header.name);
  }

  get at() {
    return Math.max(0, this.names().indexOf(this.open));
  }

  listen(box, i) {
    if (this.header.opens) box.element.addEventListener("click", () => this.step(i, this.walking));
    if (!box.canvas) return;
    box.canvas.addEventListener("pointermove", (event) => this.point(box, box.at(event)));
    box.canvas.addEventListener("pointerleave", () => this.point(null, null));
  }

  furnish() {
    const { words } = this, open = this.keys?.hidden === false;
    this.keys?.remove();
    const steps = [["← →", words.key_steps], ["Home End", words.key_ends], ["␣", words.key_play]];
    this.keys = keysPanel(words.keys, [...(this.header.opens ? steps : []), ["↑ ↓", words.key_dimension], ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.bar.hidden = !this.header.opens;
    const button = (name, mark, action) => textButton(mark, words[name], action);
    this.buttons = {
      first: button("first", "«", () => this.step(0)), previous: button("previous", "‹", () => this.step(this.at - 1)),
      next: button("next", "›", () => this.step(this.at + 1)), play: button("play", "▶\ufe0e", () => this.play()),
      all: button("all", words.all, () => this.showAll()),
    };
    this.status = make("span", { className: "step" });
    this.bar.replaceChildren(...Object.values(this.buttons), this.status);
    this.followed = make("span", { className: "followed" });
    const ramp = make("i"), end = numeral(this.header.limit, 1);
    ramp.style.background = `linear-gradient(to right, ${this.header.difference.map(([at, c]) => `${c} ${at * 100}%`).join(", ")})`;
    const range = make("span", { className: "range", title: fill(words.colours, { limit: end }) }, `−${end}`, ramp, end);
    range.hidden = !this.header.common;
    this.foot.replaceChildren(range, make("span", { textContent: this.header.opens ? words.hint : words.hint_look }), this.followed, make("span", { className: "push" },
      textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }), textButton("PNG", words.png, () => this.savePng())));
    this.show();
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    const size = parseFloat(getComputedStyle(this.foot).fontSize) || 12;
    for (const box of this.boxes) box.draw(size, this.ratio);
    this.show();
  }

  // ---- steps ---------------------------------------------------------------

  /** Open box i; while walking, what comes after it is not there yet. */
  step(i, walking = true) {
    if (!this.header.opens) return;
    this.pause();
    this.go(i, walking);
  }

  go(i, walking) {
    this.walking = walking;
    const before = this.open;
    this.open = this.names()[Math.min(this.boxes.length - 1, Math.max(0, i))];
    this.show();
    const box = this.boxes[this.at];
    box.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    speak(this, this.status.textContent);
    if (this.open === before) return;
    clearTimeout(this.sending);
    this.sending = setTimeout(() => { this.sending = 0; this.send("box", this.open); }, 250);
  }

  showAll() {
    this.pause();
    this.walking = false;
    this.show();
  }

  show() {
    const { at } = this, total = this.boxes.length;
    this.boxes.forEach((box, i) => {
      const later = Boolean(this.walking) && i > at;
      box.element.classList.toggle("later", later);
      box.joiner.classList.toggle("later", later);
      box.element.classList.toggle("open", this.header.opens && i === at);
      if (this.header.opens) box.element.setAttribute("aria-pressed", String(i === at));
      box.follow(this.dimension ?? this.held);
    });
    const i = this.dimension ?? this.held;
    this.followed.textContent = i === null ? "" : fill(this.words.followed, { i: i + 1 });
    if (!this.header.opens) return;
    this.status.textContent = fill(this.words.step, { shown: at + 1, total, title: this.boxes[at].header.title.replace("\n", " · ") });
    this.buttons.first.disabled = this.buttons.previous.disabled = at === 0;
    this.buttons.next.disabled = at === total - 1;
    this.buttons.all.disabled = !this.walking;
    this.buttons.play.textContent = this.playing ? "⏸\ufe0e" : "▶\ufe0e";
    const says = this.playing ? this.words.pause : this.words.play;
    Object.assign(this.buttons.play, { title: says, ariaLabel: says });
  }

  play() {
    if (this.playing) {
      this.pause();
      return;
    }
    const next = (i) => {
      this.playing = i < this.boxes.length - 1 ? setTimeout(() => next(i + 1), PACE) : 0;
      this.go(i, true);
    };
    next(this.at === this.boxes.length - 1 || !this.walking ? 0 : this.at + 1);
  }

  pause() {
    clearTimeout(this.playing);
    this.playing = 0;
    this.show();
  }

  // ---- following a dimension -----------------------------------------------

  point(box, i) {
    this.dimension = box?.streams ? i : null;
    this.show();
    if (box && !box.streams) {
      const values = { i: i + 1, value: numeral(box.values[i], 3) };
      box.say(values.value);
      this.followed.textContent = fill(this.words.unit, values);
    }
  }

  hold(by) {
    this.held = this.held === null ? (by > 0 ? 0 : this.d - 1) : Math.min(this.d - 1, Math.max(0, this.held + by));
    this.dimension = null;
    this.show();
    const box = this.boxes[this.at];
    if (box.streams) speak(this, fill(this.words.value, { i: this.held + 1, value: numeral(box.values[this.held], 3) }));
  }

  free() {
    this.held = this.dimension = null;
    this.show();
    speak(this, this.words.free);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const focused = this.root.getRootNode().activeElement;
    const actions = {
      ArrowUp: () => this.hold(-1), ArrowDown: () => this.hold(1),
      "?": () => { this.keys.hidden = !this.keys.hidden; },
      Escape: () => { if (!this.keys.hidden) this.keys.hidden = true; else this.free(); },
    };
    if (this.header.opens) {
      const onBox = this.boxes.some((box) => box.element === focused);
      const step = (i) => { this.step(i); if (onBox) this.boxes[this.at].element.focus(); };
      Object.assign(actions, {
        ArrowLeft: () => step(this.at - 1), ArrowRight: () => step(this.at + 1), Home: () => step(0), End: () => step(this.boxes.length - 1),
      });
      if (onBox) actions[" "] = () => this.play();
    }
    act(event, actions[event.key]);
  }

  // ---- saving --------------------------------------------------------------

  /** The boxes where they stand, as they are seen. */
  savePng() {
    const box = this.flow.getBoundingClientRect(), edge = 14;
    const width = box.width + 2 * edge, height = box.height + 2 * edge, ratio = exportRatio(width, height);
    const canvas = make("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = canvas.getContext("2d"), style = getComputedStyle(this.root);
    context.fillStyle = style.getPropertyValue("--st-background-color") || "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    const place = (element) => {
      const at = element.getBoundingClientRect();
      return [(at.left - box.left + edge) * ratio, (at.top - box.top + edge) * ratio, at.width * ratio, at.height * ratio];
    };
    const write = (element) => {
      const [x, y, w, h] = place(element), css = getComputedStyle(element), lines = element.textContent.split("\n");
      const size = parseFloat(css.fontSize) * ratio, centred = css.textAlign === "center";
      Object.assign(context, { fillStyle: css.color, font: `${css.fontWeight} ${size}px ${style.fontFamily}`, textAlign: centred ? "center" : "left", textBaseline: "middle" });
      lines.forEach((line, i) => context.fillText(line, centred ? x + w / 2 : x, y + (h * (i + 0.5)) / lines.length, Math.max(w, 10)));
    };
    for (const title of this.flow.querySelectorAll("h4")) write(title);
    for (const one of this.boxes) {
      if (one.element.classList.contains("later")) continue;
      write(one.title);
      if (one.header.joiner) {
        const [x, , w] = place(one.joiner), [, y, , h] = one.canvas ? place(one.canvas) : place(one.element);
        Object.assign(context, { fillStyle: style.color, textAlign: "center", textBaseline: "middle", font: `${16 * ratio}px ${style.fontFamily}` });
        context.fillText(one.header.joiner, x + w / 2, y + h / 2);
      }
      if (one.note.textContent) write(one.note);
      context.imageSmoothingEnabled = false;
      if (one.canvas) context.drawImage(one.canvas, ...place(one.canvas));
      for (const part of one.element.querySelectorAll(".bars bdi, .bars span")) write(part);
      for (const bar of one.element.querySelectorAll(".bars i")) {
        context.fillStyle = getComputedStyle(bar).backgroundColor;
        context.fillRect(...place(bar));
      }
    }
    saveCanvas(canvas, `${this.header.file_stem}.png`);
  }
}
