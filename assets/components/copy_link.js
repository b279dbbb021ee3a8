// Copies the page's address with every choice in it. See core/components/sharing.py.

export default function ({ data: [data], parentElement }) {
  const [view, cleanup] = keepView(parentElement, () => new CopyLink(parentElement.querySelector(".sharing")));
  view.receive(data);
  return cleanup;
}

class CopyLink {
  constructor(root) {
    this.root = root;
    this.button = make("button", { type: "button", className: "boxed", onclick: () => this.copy() });
    this.field = make("input", { type: "text", readOnly: true, hidden: true });
    this.said = make("span", { className: "said", role: "status" });
    root.replaceChildren(this.button, this.field, this.said);
  }

  close() {
    clearTimeout(this.fading);
    this.root.replaceChildren();
  }

  receive(data) {
    const same = JSON.stringify(data) === JSON.stringify(this.data);
    this.data = data;
    this.word = (name) => data.words[`share.${name}`];
    this.button.textContent = `🔗 ${this.word("link")}`;
    this.button.title = this.word("link.title");
    this.field.setAttribute("aria-label", this.word("link.title"));
    if (!same) this.say("", false);
  }

  address() {
    const url = new URL(window.location.href);
    // Over what the address holds already: some choices are the pictures' own, and only the address knows them.
    url.search = new URLSearchParams({ ...Object.fromEntries(url.searchParams), ...this.data.choices });
    url.hash = "";
    return url.href;
  }

  async copy() {
    const address = this.address();
    try {
      await navigator.clipboard.writeText(address); // there is none on plain http
      this.say(this.word("copied"), false);
    } catch {
      this.say("", true);
      this.field.value = address;
      this.field.focus();
      this.field.select();
      let done = false;
      try {
        done = document.execCommand("copy"); // old, but needs no https
      } catch { /* then by hand */ }
      this.say(this.word(done ? "copied" : "press"), true);
    }
  }

  say(text, shown) {
    this.said.textContent = text;
    this.field.hidden = !shown;
    clearTimeout(this.fading);
    if (text && !shown) this.fading = setTimeout(() => this.say("", false), 4000);
  }
}
