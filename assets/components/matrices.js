// Matrices in reading order, one row followed through all. See core/components/matrices.py.

const PACE = 1600; // ms a step when it plays

export default function ({ data, parentElement, setStateValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Matrices(parentElement.querySelector(".matrices")));
  view.send = setStateValue;
  view.receive(data);
  return cleanup;
}

class Matrices {
  constructor(root) {
    this.root = root;
    this.zoom = 1;
    this.panels = [];
    this.held = null;
    this.over = null;
    this.bar = make("div", { className: "bar", role: "toolbar" });
    this.flow = make("div", { className: "flow" });
    this.foot = make("div", { className: "foot" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.bar, this.flow, this.foot, this.tip, this.live);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    for (const timer of [this.playing, this.sendingRow, this.sendingEdit, this.speaking]) clearTimeout(timer);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (!sameBytes(this.bytes, bytes)) {
      this.bytes = bytes;
      const [header, values] = unpack(bytes);
      this.take(header, values);
    }
    this.draw();
  }

  take(header, values) {
    this.words = shortNames(header.words, "matrices.");
    this.colours = { weights: colourTable(header.scale), difference: colourTable(header.difference), grey: colourTable([[0, header.grey], [1, header.grey]])[0] };
    const names = header.panels.map((panel) => panel.name).join("\n");
    const before = this.header;
    this.header = header;
    if (!before || before.panels.map((panel) => panel.name).join("\n") !== names) {
      this.pause();
      this.panels = header.panels.map(() => this.newPanel());
      this.flow.replaceChildren(...this.panels.map((panel) => panel.item));
      this.shown = this.panels.length;
      this.cursor = [0, 0];
      if (!before) this.readLink(header);
    }
    if (!before || before.selected !== header.selected) this.held = header.selected;
    let at = 0;
    header.panels.forEach((panel, i) => {
      const size = panel.shape[0] * panel.shape[1];
      let fresh = values.slice(at, at + size);
      // A stroke that Python has not heard of yet is newer than what Python sends.
      const own = this.panels[i];
      if (panel.name === header.editable && (this.drawing !== undefined || this.sendingEdit) && own.values?.length === size) fresh = own.values;
      own.take(panel, fresh);
      at += size;
    });
    const rows = Math.max(...header.panels.map((panel) => panel.shape[0]));
    if (this.held !== null && this.held >= rows) this.held = null;
    this.cursor = [Math.min(this.cursor[0], rows - 1), this.cursor[1]];
    this.furnish();
  }

  /** Where a link left off; header.link is the name of the step there, or nothing. */
  readLink(header) {
    if (!header.link) return;
    const step = parseInt(fromLink(header.link), 10), row = parseInt(fromLink(`${header.link}.row`), 10);
    if (step > 0) this.shown = Math.min(step, this.panels.length);
    if (row > 0 && !header.tells_row) header.selected = row - 1;
  }

  newPanel() {
    const panel = new PanelView(this), { canvas } = panel;
    canvas.addEventListener("pointermove", (event) => this.move(panel, event));
    canvas.addEventListener("pointerleave", () => { this.over = null; this.tip.hidden = true; this.marks(); });
    canvas.addEventListener("pointerdown", (event) => this.press(panel, event));
    canvas.addEventListener("click", (event) => this.click(panel, event));
    canvas.addEventListener("pointerup", () => this.lift());
    canvas.addEventListener("pointercancel", () => this.lift());
    canvas.addEventListener("focus", () => this.marks());
    canvas.addEventListener("blur", () => this.marks());
    return panel;
  }

  furnish() {
    const { words } = this;
    const open = this.keys?.hidden === false;
    this.keys?.remove();
    const rows = [["↑ ↓", words.key_rows], ["← →", words.key_steps], ["␣", words.key_play], ["+ −", words.key_zoom]];
    if (this.header.editable) rows.push(["↑ ↓ ← → Enter", words.key_edit]);
    this.keys = keysPanel(words.keys, [...rows, ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    if (!this.buttons) {
      const button = (name, action) => {
        const one = make("button", { type: "button", onclick: action });
        this.bar.append(one);
        return [name, one];
      };
      this.buttons = Object.fromEntries([
        button("first", () => this.step(1)), button("previous", () => this.step(this.shown - 1)), button("next", () => this.step(this.shown + 1)),
        button("play", () => this.play()), button("all", () => this.step(this.panels.length))]);
      this.status = make("span", { className: "step" });
      this.bar.append(this.status);
    }
    const marks = { first: "«", previous: "‹", next: "›", play: "", all: words.all };
    for (const [name, one] of Object.entries(this.buttons)) {
      if (name !== "play") one.textContent = marks[name];
      one.title = words[name];
      one.setAttribute("aria-label", words[name]);
    }
    this.bar.hidden = this.panels.length < 2;
    this.foot.replaceChildren(make("span", { textContent: this.header.editable ? words.hint_edit : words.hint }),
      make("span", { className: "push" }, textButton("−", words.smaller, () => this.setZoom(this.zoom / 1.5)),
        textButton("+", words.larger, () => this.setZoom(this.zoom * 1.5)),
        textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }), textButton("PNG", words.png, () => this.save("png")),
        textButton("SVG", words.svg, () => this.save("svg")), textButton("CSV", words.csv, () => this.saveNumbers("csv")),
        textButton("JSON", words.json, () => this.saveNumbers("json"))));
    this.showStep();
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.ratio = window.devicePixelRatio;
    const style = getComputedStyle(this.root);
    const dark = this.header.scale[0][1] < "#8"; // the ground, as hexadecimal digits
    this.style = { text: style.color, ground: style.getPropertyValue("--st-background-color") || "#fff", hair: dark ? "#56544f" : "#dcdcdc" };
    const size = parseFloat(getComputedStyle(this.foot).fontSize) || 12;
    const font = { size, css: (ratio) => `${size * ratio}px ${style.fontFamily}` };
    const joiners = this.panels.map((panel) => (panel.header.joiner ? panel.joiner.getBoundingClientRect().width + 12 : 0));
    const cell = this.header.line ? this.cellInLine(joiners, font) : 0;
    const paired = this.header.line && !cell && this.panels.length > 2 ? this.cellInPairs(joiners, font) : 0;
    this.root.classList.toggle("line", cell > 0);
    this.panels.forEach((panel, i) => {
      panel.bare = cell > 0 && i > 0;
      panel.draw(this.width - 6 - joiners[i], this.zoom, font, this.ratio, cell || paired);
    });
    this.marks();
  }

  /** How wide a cell can be if all panels stand beside each other; 0 where the page is too narrow for that. */
  cellInLine(joiners, font) {
    const columns = this.panels.reduce((sum, panel) => sum + panel.m, 0);
    const taken = joiners.reduce((sum, width) => sum + width + 10, 0) + this.panels[0].nameRoom(font) + this.panels.length * (6 + LAST_NAME);
    const cell = (this.width - taken) / columns;
    return cell < font.size * 0.9 ? 0 : Math.min(cell, font.size * 4.2);
  }

  /** The same for two panels in a line, both with their rows' names. */
  cellInPairs(joiners, font) {
    const columns = 2 * Math.max(...this.panels.map((panel) => panel.m));
    const taken = 2 * (Math.max(...joiners) + 10 + this.panels[0].nameRoom(font) + 6 + LAST_NAME);
    const cell = (this.width - taken) / columns;
    return cell < font.size * 0.9 ? 0 : Math.min(cell, font.size * 2.4);
  }

  setZoom(zoom) {
    this.zoom = Math.min(12, Math.max(1, zoom < 1.2 ? 1 : zoom));
    this.draw();
  }

  marks() {
    const focused = this.root.getRootNode().activeElement;
    for (const panel of this.panels) {
      if (!panel.grid) continue;
      const same = (axis) => axis !== undefined && axis === panel.header.axis;
      panel.mark("held", this.held !== null && same(this.axis()) ? this.held : null);
      panel.mark("over", this.over && same(this.over.panel.header.axis) && this.over.at[0] !== this.held ? this.over.at[0] : null);
      const onCell = this.over?.panel === panel && this.over.at[1] !== null;
      if (onCell) panel.mark("cell", ...this.over.at);
      else if (panel.editable && focused === panel.canvas) panel.mark("cell", ...this.cursor);
      else panel.mark("cell", null);
    }
  }

  /** The axis whose row is held: that of the first panel, unless a person chose another. */
  axis() {
    return this.panels.some((panel) => panel.header.axis === this.heldAxis) ? this.heldAxis : this.panels[0]?.header.axis;
  }

  // ---- steps ---------------------------------------------------------------

  step(shown) {
    this.pause();
    this.shown = Math.min(this.panels.length, Math.max(1, shown));
    this.showStep();
  }

  showStep() {
    this.panels.forEach((panel, i) => {
      panel.item.classList.toggle("later", i >= this.shown);
      panel.item.inert = i >= this.shown;
    });
    const { words } = this, total = this.panels.length;
    const text = fill(words.step, { shown: this.shown, total, title: this.panels[this.shown - 1].header.title });
    this.status.textContent = text;
    if (this.header.link && !this.playing) intoLink(this.header.link, this.shown, total);
    this.buttons.first.disabled = this.buttons.previous.disabled = this.shown === 1;
    this.buttons.next.disabled = this.buttons.all.disabled = this.shown === total;
    this.buttons.play.textContent = this.playing ? "⏸\ufe0e" : "▶\ufe0e";
    this.buttons.play.title = this.playing ? words.pause : words.play;
    this.buttons.play.setAttribute("aria-label", this.buttons.play.title);
  }

  play() {
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.shown === this.panels.length) this.shown = 0;
    const go = () => {
      this.shown += 1;
      this.playing = this.shown < this.panels.length ? setTimeout(go, PACE) : 0;
      this.showStep();
      speak(this, this.status.textContent);
    };
    go();
  }

  pause() {
    clearTimeout(this.playing);
    this.playing = 0;
    if (this.status && this.panels.length && this.shown <= this.panels.length) this.showStep();
  }

  // ---- pointing, holding ---------------------------------------------------

  move(panel, event) {
    const at = panel.spot(event);
    this.over = at ? { panel, at } : null;
    this.tip.hidden = !at || at[1] === null;
    if (at && this.drawing !== undefined && panel.editable && at[1] !== null) this.put(panel, ...at, this.drawing);
    if (!this.tip.hidden) {
      this.tip.replaceChildren(...fillNodes(this.words.cell, panel.reading(...at)), make("small", { textContent: panel.header.title }));
      placeTip(this.tip, this.root, event);
      speak(this, `${panel.header.title}: ${fill(this.words.cell, panel.reading(...at))}`);
    }
    this.marks();
  }

  click(panel, event) {
    const at = panel.spot(event);
    if (!at || (panel.editable && at[1] !== null)) return;
    const same = this.held === at[0] && this.axis() === panel.header.axis;
    this.heldAxis = panel.header.axis;
    this.hold(same ? null : at[0], 0, panel);
  }

  hold(row, wait, panel) {
    this.held = row;
    this.marks();
    const named = panel ?? this.panels.find((one) => one.header.axis === this.axis());
    speak(this, row === null ? this.words.free : fill(this.words.held, { row: named.rowName(row) }));
    clearTimeout(this.sendingRow);
    if (this.header.link && !this.header.tells_row) intoLink(`${this.header.link}.row`, row === null ? "" : row + 1, "");
    // Python follows the rows of the first panel; another axis is for the eye alone.
    if (!this.header.tells_row || this.axis() !== this.panels[0].header.axis) return;
    this.sendingRow = setTimeout(() => this.send("row", this.held), wait);
  }

  // ---- drawing on a mask ---------------------------------------------------

  press(panel, event) {
    const at = panel.spot(event);
    if (!panel.editable || !at || at[1] === null || event.button > 0) return;
    panel.canvas.setPointerCapture(event.pointerId);
    this.drawing = panel.values[at[0] * panel.m + at[1]] ? 0 : 1;
    this.cursor = at;
    this.put(panel, ...at, this.drawing);
  }

  lift() {
    if (this.drawing === undefined) return;
    this.drawing = undefined;
    this.tellEdit(0);
  }

  put(panel, i, j, value) {
    if (panel.values[i * panel.m + j] === value) return;
    panel.values[i * panel.m + j] = value;
    panel.paint(panel.canvas.getContext("2d"), 0, 0, panel.canvas.width / parseFloat(panel.canvas.style.width));
    speak(this, fill(this.words.cell, panel.reading(i, j)));
  }

  tellEdit(wait) {
    clearTimeout(this.sendingEdit);
    this.sendingEdit = setTimeout(() => {
      this.sendingEdit = 0;
      const panel = this.panels.find((one) => one.editable);
      const matrix = Array.from({ length: panel.n }, (_, i) => Array.from(panel.values.subarray(i * panel.m, (i + 1) * panel.m)));
      this.send("edited", matrix);
    }, wait);
  }

  // ---- keys ----------------------------------------------------------------

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const focused = this.root.getRootNode().activeElement, panel = this.panels.find((one) => one.canvas === focused);
    const onButton = focused?.tagName === "BUTTON";
    const actions = {
      ArrowLeft: () => this.step(this.shown - 1), ArrowRight: () => this.step(this.shown + 1), " ": () => this.play(),
      Home: () => this.step(1), End: () => this.step(this.panels.length),
      "+": () => this.setZoom(this.zoom * 1.5), "=": () => this.setZoom(this.zoom * 1.5), "-": () => this.setZoom(this.zoom / 1.5),
      "?": () => { this.keys.hidden = !this.keys.hidden; },
      Escape: () => {
        if (!this.keys.hidden) this.keys.hidden = true;
        else if (this.held !== null) this.hold(null, 0);
      },
    };
    if (panel) {
      this.over = null;
      this.tip.hidden = true;
      if (panel.editable) this.editKeys(actions, panel);
      else {
        const go = (by) => {
          if (this.axis() !== panel.header.axis) this.held = null;
          this.heldAxis = panel.header.axis;
          this.hold(this.held === null ? (by > 0 ? 0 : panel.n - 1) : Math.min(panel.n - 1, Math.max(0, this.held + by)), 200, panel);
        };
        Object.assign(actions, { ArrowUp: () => go(-1), ArrowDown: () => go(1) });
      }
    }
    if (!(onButton && event.key === " ")) act(event, actions[event.key]);
  }

  editKeys(actions, panel) {
    const go = (i, j) => {
      this.cursor = [Math.min(panel.n - 1, Math.max(0, this.cursor[0] + i)), Math.min(panel.m - 1, Math.max(0, this.cursor[1] + j))];
      this.marks();
      speak(this, fill(this.words.cell, panel.reading(...this.cursor)));
    };
    const toggle = () => {
      const [i, j] = this.cursor;
      this.put(panel, i, j, panel.values[i * panel.m + j] ? 0 : 1);
      this.tellEdit(350);
    };
    Object.assign(actions, { ArrowUp: () => go(-1, 0), ArrowDown: () => go(1, 0), ArrowLeft: () => go(0, -1), ArrowRight: () => go(0, 1), Enter: toggle, " ": toggle });
  }

  // ---- saving --------------------------------------------------------------

  /** The panels that are shown, where they stand. */
  save(format) {
    const box = this.flow.getBoundingClientRect(), edge = 14;
    const title = this.panels.slice(0, this.shown).map((panel) => panel.header.title).join(", ");
    savePicture(format, [box.width + 2 * edge, box.height + 2 * edge], this.header.file_stem, title, this.style.ground,
      (context, ratio) => this.paintAll(context, ratio, box, edge));
  }

  paintAll(context, ratio, box, edge) {
    const { fontFamily } = getComputedStyle(this.root);
    const place = (element) => {
      const at = element.getBoundingClientRect();
      return [(at.left - box.left + edge) * ratio, (at.top - box.top + edge) * ratio, at];
    };
    const write = (element, weight = 400) => {
      const [x, y, at] = place(element), css = getComputedStyle(element);
      if (!element.textContent) return;
      context.fillStyle = css.color;
      context.font = `${weight} ${parseFloat(css.fontSize) * ratio}px ${fontFamily}`;
      context.textAlign = "left";
      context.textBaseline = "middle";
      const lines = wrapped(context, element.textContent, at.width * ratio + 2);
      lines.forEach((line, i) => context.fillText(line, x, y + (((i + 0.5) * at.height) / lines.length) * ratio));
    };
    for (const panel of this.panels.slice(0, this.shown)) {
      const [x, y] = place(panel.canvas);
      panel.paint(context, Math.round(x), Math.round(y), ratio);
      write(panel.title, 650);
      write(panel.caption);
      write(panel.joiner);
      for (const span of panel.range.querySelectorAll("span")) write(span);
      for (const bar of panel.range.querySelectorAll("i")) {
        const [bx, by, at] = place(bar), ramp = context.createLinearGradient(bx, 0, bx + at.width * ratio, 0);
        const scale = panel.header.scale === "weight" ? this.header.scale : this.header.difference;
        for (const [stop, colour] of scale) ramp.addColorStop(stop, colour);
        context.fillStyle = ramp;
        context.fillRect(bx, by, at.width * ratio, at.height * ratio);
      }
      const mark = panel.marks.held;
      if (!mark.hidden) {
        const [mx, my, at] = place(mark);
        context.strokeStyle = this.style.text;
        context.lineWidth = 2 * ratio;
        context.strokeRect(mx, my, at.width * ratio, at.height * ratio);
      }
    }
  }

  saveNumbers(format) {
    const text = format === "json" ? numbersJson(this.panels) : numbersCsv(this.panels);
    saveBlob(new Blob([text], { type: format === "json" ? "application/json" : "text/csv" }), `${this.header.file_stem}.${format}`);
  }
}
