// A row of tokens, each with what happened to it. See core/components/tokens.py.

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Tokens(parentElement.querySelector(".tokens")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

const PARTS = ["text", "badge", "note"];

class Tokens {
  constructor(root) {
    this.root = root;
    this.row = make("div", { className: "row" });
    this.foot = make("div", { className: "foot" });
    this.live = make("div", { className: "live", "aria-live": "polite" });
    root.replaceChildren(this.row, this.foot, this.live);
    root.addEventListener("keydown", (event) => this.key(event));
  }

  close() {
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (sameBytes(this.bytes, bytes)) return;
    this.bytes = bytes;
    this.take(...unpack(bytes));
  }

  take(header, looks) {
    this.header = header;
    this.words = shortNames(header.words, "tokens.");
    // What a person stepped to meanwhile is newer than what Python sends.
    if (!this.sending) this.chosen = header.chosen;
    const held = this.cards?.indexOf(this.root.getRootNode().activeElement) ?? -1;
    this.cards = header.tokens.map((token, i) => this.card(token, header.looks[looks[i]], i));
    this.row.replaceChildren(...this.cards);
    this.row.setAttribute("role", header.chooses ? "listbox" : "list");
    if (header.chooses) this.row.setAttribute("aria-orientation", "horizontal");
    this.row.setAttribute("aria-label", fill(header.chooses ? this.words.label_choose : this.words.label, { title: header.title }));
    this.root.classList.toggle("choosing", header.chooses);
    this.furnish();
    this.mark();
    if (held >= 0) this.cards[Math.min(held, this.cards.length - 1)]?.focus();
  }

  card(token, look, i) {
    const { chooses } = this.header, name = [token.text, token.badge, token.note].filter(Boolean).join(", ");
    const parts = PARTS.filter((part) => token[part] || part !== "note")
      .map((part) => make("span", { className: part, textContent: clean(token[part]) }));
    const card = make("div", { className: `card ${look.name}`, role: chooses ? "option" : "listitem", "aria-label": clean(name), ...(chooses && look.name === "special" ? { "aria-disabled": "true" } : {}) }, ...parts);
    if (token.joined) card.classList.add("joined");
    if (look.colour) card.style.setProperty("--look", look.colour);
    if (chooses && look.name !== "special") card.addEventListener("click", () => this.choose(i, 0));
    return card;
  }

  furnish() {
    const { words, header } = this, open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["← →", words.key_arrows], ["Home End", words.key_ends], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.foot.replaceChildren(make("span", { className: "hint", textContent: header.hint }), make("span", { className: "push" },
      ...(header.chooses ? [textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; })] : []),
      textButton("PNG", words.png, () => this.save("png")), textButton("SVG", words.svg, () => this.save("svg"))));
  }

  mark() {
    const at = this.chosen ?? -1;
    this.cards.forEach((card, i) => {
      card.classList.toggle("chosen", i === at);
      if (!this.header.chooses) return;
      card.setAttribute("aria-selected", String(i === at));
      card.tabIndex = i === (at >= 0 ? at : this.cards.findIndex((_, j) => this.free(j))) ? 0 : -1;
    });
  }

  // ---- choosing ------------------------------------------------------------

  /** Tokens that nobody typed stay as they are. */
  free(i) {
    return !this.cards[i].classList.contains("special");
  }

  /** The next one that is free, from `i` on; none: no step. */
  step(i, by) {
    while (i >= 0 && i < this.cards.length && !this.free(i)) i += by;
    if (i >= 0 && i < this.cards.length) this.choose(i, 200);
  }

  choose(i, wait) {
    this.chosen = i;
    this.mark();
    this.cards[this.chosen].focus();
    speak(this, fill(this.words.chosen, { name: clean(this.header.tokens[this.chosen].text) }));
    clearTimeout(this.sending);
    this.sending = setTimeout(() => { this.sending = 0; this.send("chosen", this.chosen); }, wait);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.header.chooses) return;
    const actions = { "?": () => { this.keys.hidden = !this.keys.hidden; }, Escape: () => { this.keys.hidden = true; } };
    const at = this.cards.indexOf(this.root.getRootNode().activeElement);
    if (at >= 0) {
      Object.assign(actions, {
        ArrowLeft: () => this.step(at - 1, -1), ArrowRight: () => this.step(at + 1, 1),
        Home: () => this.step(0, 1), End: () => this.step(this.cards.length - 1, -1),
        Enter: () => this.choose(at, 0), " ": () => this.choose(at, 0),
      });
    }
    act(event, actions[event.key]);
  }

  // ---- saving --------------------------------------------------------------

  save(format) {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color") || "#fff";
    const size = [this.row.offsetWidth + 16, this.row.offsetHeight + 16];
    savePicture(format, size, this.header.file_stem, this.header.title, ground, (context, ratio) => this.paint(context, ratio));
  }

  /** As it stands on the page: boxes and texts where the browser has put them. */
  paint(context, ratio) {
    const origin = this.row.getBoundingClientRect();
    const place = (node) => {
      const box = node.getBoundingClientRect();
      return [box.left - origin.left + 8, box.top - origin.top + 8, box.width, box.height].map((v) => v * ratio);
    };
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const card of this.cards) {
      const style = getComputedStyle(card), [x, y, w, h] = place(card);
      context.fillStyle = plainColour(style.backgroundColor);
      context.fillRect(x, y, w, h);
      context.strokeStyle = plainColour(style.borderTopColor);
      context.lineWidth = ratio;
      context.strokeRect(x, y, w, h);
      for (const part of card.children) {
        const css = getComputedStyle(part), [left, top, width, height] = place(part);
        if (!part.textContent) continue;
        context.fillStyle = plainColour(css.color);
        context.font = `${css.fontWeight} ${parseFloat(css.fontSize) * ratio}px ${css.fontFamily}`;
        context.fillText(part.textContent, left + width / 2, top + height / 2);
      }
    }
  }
}
