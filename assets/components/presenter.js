// A presenter's keys and buttons, and the QR code of the view. See core/components/presenter.py.

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Presenter(parentElement.querySelector(".presenter")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

const QUIET = 4; // light modules around a code, so that a camera finds it (ISO/IEC 18004, 5.3.8)

class Presenter {
  constructor(root) {
    this.place = make("span", { className: "place" });
    this.back = this.button("◀", () => this.send("pressed", "back"));
    this.next = this.button("▶", () => this.send("pressed", "next"));
    this.ask = this.button("▦", () => this.askCode());
    this.leave = this.button("✕", () => this.send("pressed", "leave"));
    this.bar = make("div", { className: "bar", role: "group" }, this.back, this.place, this.next, this.ask, this.leave);
    this.title = make("h2");
    this.sheet = make("div", { className: "sheet" });
    this.note = make("p");
    this.link = make("a", { target: "_blank" });
    this.close_ = make("button", { type: "button", className: "boxed", onclick: () => this.dialog.close() });
    this.dialog = make("dialog", {}, this.title, this.sheet, this.link, this.note, this.close_);
    root.replaceChildren(this.bar, this.dialog);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey);
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0); // the button that began it is at the foot
  }

  button(sign, run) {
    return make("button", { type: "button", textContent: sign, onclick: run });
  }

  close() {
    window.removeEventListener("keydown", this.onKey);
    this.dialog.close();
  }

  receive(data) {
    const word = (name) => data.words[`present.${name}`];
    for (const name of ["back", "next", "leave"]) this.name(this[name], word(name));
    this.name(this.ask, word("code"));
    this.bar.setAttribute("aria-label", word("label"));
    this.place.textContent = data.place;
    this.title.textContent = this.dialog.ariaLabel = word("open");
    this.close_.textContent = word("close");
    this.link.textContent = this.link.href = data.address;
    this.note.textContent = data.alone ? word("alone") : data.code.length ? "" : word("long");
    this.sheet.replaceChildren(...(data.code.length ? [this.draw(data.code, data.address)] : []));
    if (this.waiting && data.address) {
      this.waiting = false;
      this.dialog.showModal();
    }
  }

  name(button, text) {
    button.title = text;
    button.setAttribute("aria-label", text);
  }

  askCode() {
    this.waiting = true;
    this.send("asked", `${window.location.href}#${Date.now()}`); // another one each time: an answer must come
  }

  /** Dark modules as one path, on white whatever the page's ground is. */
  draw(rows, address) {
    const side = rows.length + 2 * QUIET;
    const path = rows.flatMap((row, y) => [...row].map((one, x) => (one === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
    return svg("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": address },
      svg("rect", { width: side, height: side, fill: "#fff" }),
      svg("path", { d: path.join(""), fill: "#000", "shape-rendering": "crispEdges" }));
  }

  key(event) {
    const [target] = event.composedPath();
    const typing = target.matches?.("input, textarea, select, [contenteditable=true], [role=slider], [role=combobox]");
    if (this.dialog.open || event.ctrlKey || event.altKey || event.metaKey) return;
    const pressed = { PageDown: this.next, PageUp: this.back, q: this.ask, Q: this.ask, Escape: this.leave }[event.key];
    if (!pressed || event.defaultPrevented || (typing && event.key.length === 1) || target.role === "slider") return;
    if (event.key === "Escape" && (typing || this.shows())) return; // what is open closes first
    event.preventDefault();
    pressed.click();
  }

  /** Is there a list, a dialog or a table over the page that Esc closes? */
  shows() {
    return document.querySelector("[role=dialog], [role=listbox], [data-baseweb=popover]") !== null;
  }
}
