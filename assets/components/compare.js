// Maps beside each other, one cell followed through all. See core/components/compare.py.

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Compare(parentElement.querySelector(".compare")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

class Compare {
  constructor(root) {
    this.root = root;
    this.panels = [];
    this.at = null; // { panel, i, j }: the cell that is pointed at, or that the keys have come to
    this.flow = make("div", { className: "flow" });
    this.told = make("div", { className: "told" });
    this.foot = make("div", { className: "foot" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.flow, this.told, this.foot, this.tip, this.live);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.resized = redrawn(this);
  }

  close() {
    this.resized.disconnect();
    clearTimeout(this.speaking);
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
    this.header = header;
    this.words = shortNames(header.words, "compare.");
    this.colours = { weights: colourTable(header.scale), difference: colourTable(header.difference), grey: colourTable([[0, header.grey], [1, header.grey]])[0] };
    while (this.panels.length > header.panels.length) this.panels.pop().item.remove();
    while (this.panels.length < header.panels.length) this.panels.push(this.newPanel());
    let from = 0;
    header.panels.forEach((panel, i) => {
      const size = panel.shape[0] * panel.shape[1];
      this.panels[i].take(panel, values.slice(from, from + size));
      from += size;
    });
    this.at = null;
    this.root.classList.toggle("choosing", header.chooses);
    this.furnish();
  }

  newPanel() {
    const panel = new ComparedView(this), { canvas } = panel;
    const point = (event) => {
      const spot = panel.spot(event);
      this.follow(spot && spot[1] !== null ? { panel, i: spot[0], j: spot[1] } : null, event);
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") this.follow(null); });
    canvas.addEventListener("click", (event) => this.choose(panel, panel.spot(event)?.[0]));
    this.flow.append(panel.item);
    return panel;
  }

  furnish() {
    const { words } = this, open = this.keys?.hidden === false;
    this.keys?.remove();
    const rows = [["↑ ↓ ← →", words.key_arrows], ["Tab", words.key_tab]];
    if (this.header.chooses) rows.push(["Enter", words.key_enter]);
    this.keys = keysPanel(words.keys, [...rows, ["Esc", words.key_escape], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.foot.replaceChildren(make("span", { textContent: this.header.chooses ? words.hint_choose : words.hint }),
      make("span", { className: "push" }, textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }),
        textButton("PNG", words.png, () => this.save("png")), textButton("SVG", words.svg, () => this.save("svg")),
        textButton("CSV", words.csv, () => this.saveNumbers("csv")), textButton("JSON", words.json, () => this.saveNumbers("json"))));
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
    const [columns, cell] = this.lines(font);
    this.flow.style.gridTemplateColumns = `repeat(${columns}, auto)`;
    this.panels.forEach((panel, i) => {
      panel.bare = this.namedBefore(i, columns);
      panel.draw(this.width, 1, font, this.ratio, cell);
    });
    this.show();
  }

  /** Does a map before this one in its line say what the rows are? */
  namedBefore(i, columns) {
    const same = (a, b) => a.length === b.length && a.every((link, k) => link === b[k]);
    const first = this.panels[i - (i % columns)];
    return i % columns > 0 && same(first.header.rowLinks, this.panels[i].header.rowLinks) && same(first.header.rows, this.panels[i].header.rows);
  }

  /** How many maps stand in a line, and how wide a cell then is: as many as leave cells of the size asked for. */
  lines(font) {
    const room = this.width - 8, most = this.panels.length;
    const fits = (columns) => {
      if (columns > 1 && columns * (CAPTION * font.size + 14) > room) return 0;
      const widths = Array.from({ length: columns }, (_, c) => {
        const column = this.panels.filter((_panel, i) => i % columns === c);
        const names = column.map((panel) => (this.namedBefore(this.panels.indexOf(panel), columns) ? 1 : panel.nameRoom(font)));
        return [Math.max(...names) + LAST_NAME + 20, Math.max(...column.map((panel) => panel.m))];
      });
      const taken = widths.reduce((sum, [names]) => sum + names, 0), cells = widths.reduce((sum, [, m]) => sum + m, 0);
      return Math.min(WIDEST * (font.size / 12), (room - taken) / cells);
    };
    // Of as many lines the fullest evenly: four maps stand two by two, not three and one.
    const even = (n) => n === 2 || Math.ceil(most / n) < Math.ceil(most / (n - 1));
    const tried = this.header.lines.length ? this.header.lines : [most, ...[6, 4, 3, 2].filter((n) => n < most && even(n))];
    for (const columns of tried) {
      const cell = fits(columns);
      if (cell >= this.header.smallest) return [columns, cell];
    }
    const columns = tried.includes(2) && this.width > 760 && fits(2) >= 3 ? 2 : 1;
    return [columns, Math.max(0.5, fits(columns))];
  }

  // ---- pointing ------------------------------------------------------------

  follow(at, event) {
    this.at = at;
    this.show();
    this.tip.hidden = !at || !event;
    if (this.tip.hidden) return;
    this.tip.replaceChildren(...this.sentence(at), ...this.values().map((one) => make("div", {}, ...one)));
    placeTip(this.tip, this.root, event);
  }

  show() {
    if (!this.at) {
      for (const panel of this.panels) panel.clear();
      this.told.replaceChildren();
      return;
    }
    const { panel, i, j } = this.at;
    const [row, col] = [panel.header.rowLinks[i], panel.header.colLinks[j]];
    for (const other of this.panels) other.found = other.outline(row, col);
    const values = this.values();
    this.told.replaceChildren(make("span", {}, ...this.sentence(this.at)), ...values.map((one) => make("span", {}, ...one)));
    speak(this, this.told.innerText);
  }

  sentence({ panel, i, j }) {
    return fillNodes(this.words.cell, { query: panel.rowName(i), key: panel.columnName(j) });
  }

  /** [name, value] of the cell in each map; of many maps in the one that is pointed at. */
  values() {
    const some = this.panels.length > 3 ? [this.at.panel] : this.panels;
    return some.map((panel) => [`${clean(panel.header.name)}: `, make("b", { textContent: panel.found ? panel.number(...panel.found) : this.words.nothing })]);
  }

  choose(panel, row = null) {
    if (this.header.chooses) this.send("chosen", [this.panels.indexOf(panel), row]);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const focused = this.root.getRootNode().activeElement, panel = this.panels.find((one) => one.canvas === focused);
    const actions = {
      "?": () => { this.keys.hidden = !this.keys.hidden; },
      Escape: () => { if (this.keys.hidden) this.follow(null); else this.keys.hidden = true; },
    };
    if (panel) {
      const go = (down, right) => {
        const from = this.at?.panel === panel ? this.at : { i: -down, j: -right };
        const within = (value, count) => Math.min(count - 1, Math.max(0, value));
        this.follow({ panel, i: within(from.i + down, panel.n), j: within(from.j + right, panel.m) });
      };
      Object.assign(actions, { ArrowUp: () => go(-1, 0), ArrowDown: () => go(1, 0), ArrowLeft: () => go(0, -1), ArrowRight: () => go(0, 1) });
      if (this.header.chooses) actions.Enter = () => this.choose(panel, this.at?.panel === panel ? this.at.i : null);
    }
    act(event, actions[event.key]);
  }

  // ---- saving --------------------------------------------------------------

  /** All maps where they stand, with their titles and colours. */
  save(format) {
    const box = this.flow.getBoundingClientRect(), edge = 14;
    const size = [this.flow.scrollWidth + 2 * edge, box.height + 2 * edge];
    const title = this.panels.map((panel) => panel.header.title).join(", ");
    savePicture(format, size, this.header.file_stem, title, this.style.ground, (context, ratio) => this.paintAll(context, ratio, box, edge));
  }

  paintAll(context, ratio, box, edge) {
    const { fontFamily } = getComputedStyle(this.root);
    const place = (element) => {
      const at = element.getBoundingClientRect();
      return [(at.left - box.left + edge) * ratio, (at.top - box.top + edge) * ratio, at];
    };
    const write = (element, weight) => {
      if (!element.textContent) return;
      const [x, y, at] = place(element), css = getComputedStyle(element);
      context.fillStyle = css.color;
      context.font = `${weight} ${parseFloat(css.fontSize) * ratio}px ${fontFamily}`;
      context.textAlign = "left";
      context.textBaseline = "middle";
      const lines = wrapped(context, element.textContent, at.width * ratio + 2);
      lines.forEach((line, i) => context.fillText(line, x, y + (((i + 0.5) * at.height) / lines.length) * ratio));
    };
    for (const panel of this.panels) {
      const [x, y] = place(panel.canvas);
      panel.paint(context, Math.round(x), Math.round(y), ratio);
      write(panel.title, 650);
      for (const span of [panel.caption, ...panel.range.querySelectorAll("span")]) write(span, 400);
      const [bx, by, at] = place(panel.range.querySelector("i")), ramp = context.createLinearGradient(bx, 0, bx + at.width * ratio, 0);
      for (const [stop, colour] of panel.signed ? this.header.difference : this.header.scale) ramp.addColorStop(stop, colour);
      context.fillStyle = ramp;
      context.fillRect(bx, by, at.width * ratio, at.height * ratio);
    }
  }

  saveNumbers(format) {
    const text = format === "json" ? numbersJson(this.panels) : numbersCsv(this.panels);
    saveBlob(new Blob([text], { type: format === "json" ? "application/json" : "text/csv" }), `${this.header.file_stem}.${format}`);
  }
}
