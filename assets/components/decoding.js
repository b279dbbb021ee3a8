// Writing word by word, as a film strip. See core/components/decoding.py.

const BEAT = 900; // milliseconds a frame
const VISIBLE = 0.005; // a weight below it gets no number

export default function ({ data, parentElement, setTriggerValue }) {
  const [view, cleanup] = keepView(parentElement, () => new Strip(parentElement.querySelector(".decoding")));
  view.send = setTriggerValue;
  view.receive(data);
  return cleanup;
}

class Strip {
  constructor(root) {
    this.root = root;
    this.at = 0;
    const button = (className, action) => make("button", { type: "button", className, onclick: action });
    this.previous = button("previous", () => this.move(this.at - 1));
    this.next = button("next", () => this.move(this.at + 1));
    this.playing = button("play", () => this.toggle());
    this.loop = button("loop", () => this.loop.setAttribute("aria-pressed", String(this.loop.getAttribute("aria-pressed") !== "true")));
    this.loop.setAttribute("aria-pressed", "false");
    this.slider = make("input", { type: "range", min: "1", step: "1", oninput: () => this.move(Number(this.slider.value) - 1) });
    this.count = make("output");
    this.bar = make("div", { className: "bar" }, this.previous, this.playing, this.next, this.loop, this.slider, this.count);
    this.film = make("div", { className: "film", role: "group" });
    const part = (className, ...children) => make("section", { className }, ...children);
    this.heads = { so_far: make("h4"), looks: make("h4", { id: "looks" }), next_word: make("h4"), matrix: make("h4", { id: "matrix" }) };
    this.text = make("p");
    this.sum = make("div", { className: "sum" });
    this.chips = make("div", { className: "chips", role: "group", "aria-labelledby": "looks" });
    this.guesses = make("ol");
    this.rest = make("div", { className: "rest" });
    this.matrix = new Matrix((step) => this.move(step));
    this.stage = make("div", { className: "stage-of-steps", tabIndex: 0, role: "group" },
      this.film, make("div", { className: "frame" }, part("so-far", this.heads.so_far, this.text, this.sum),
        part("guess", this.heads.next_word, this.guesses, this.rest), part("looks", this.heads.looks, this.chips)));
    this.live = make("div", { className: "live", "aria-live": "polite" });
    this.push = make("span", { className: "push" });
    this.foot = make("div", { className: "foot" }, this.push);
    root.replaceChildren(this.bar, this.stage, part("grown", this.heads.matrix, this.matrix.element), this.foot, this.live);
    root.addEventListener("keydown", (event) => this.key(event));
    this.drawSoon = onFrame(() => this.draw());
    this.resized = new ResizeObserver(() => this.width !== root.clientWidth && this.drawSoon());
    this.resized.observe(root);
  }

  close() {
    this.resized.disconnect();
    this.drawSoon.cancel();
    clearInterval(this.beat);
    clearTimeout(this.speaking);
    this.root.replaceChildren();
  }

  // ---- data ----------------------------------------------------------------

  receive(bytes) {
    if (sameBytes(this.bytes, bytes)) return this.width !== this.root.clientWidth && this.draw();
    const about = this.header?.about;
    this.bytes = bytes;
    [this.header, this.weights] = unpack(bytes);
    this.words = shortNames(this.header.words, "strip.");
    this.steps = this.header.steps;
    if (about === undefined) this.at = Math.max(0, (parseInt(fromLink("step"), 10) || 1) - 1);
    else if (about !== this.header.about) { this.at = 0; this.stop(); } // else another word or head at the same step
    this.at = Math.min(this.at, this.steps.length - 1);
    this.matrix.take(this.header, this.weights, this.words);
    this.take();
    return this.draw();
  }

  take() {
    const { words } = this;
    this.previous.textContent = "◀";
    this.next.textContent = "▶";
    for (const [button, name] of [[this.previous, words.previous], [this.next, words.next]]) {
      button.title = name;
      button.setAttribute("aria-label", name);
    }
    this.loop.textContent = words.loop;
    this.slider.max = String(this.steps.length);
    this.slider.setAttribute("aria-label", words.slider);
    this.stage.setAttribute("aria-label", words.label);
    this.film.setAttribute("aria-label", words.frames);
    this.heads.so_far.textContent = words.so_far;
    this.heads.next_word.textContent = words.next_word;
    this.heads.matrix.textContent = words.matrix;
    this.sayPlaying();
    this.total = [];
    this.steps.reduce((sum, step, i) => (this.total[i] = sum + step.written[1]), 0);
    this.frames = this.steps.map((step, i) => {
      const [token, logProb] = step.written, share = make("span");
      share.style.width = `${100 * Math.exp(logProb)}%`;
      const special = this.special(token);
      const frame = make("button", { type: "button", tabIndex: -1, onclick: () => this.move(i) },
        make("small", { textContent: String(i + 1) }), make("b", { textContent: clean(token), className: special ? "special" : "" }),
        make("small", { textContent: percent(logProb) }), make("i", {}, share));
      if (i < this.header.forced) frame.title = words.forced;
      return frame;
    });
    this.film.replaceChildren(...this.frames);
    const open = this.keys?.hidden === false;
    this.keys?.remove();
    this.keys = keysPanel(words.keys, [["← →", words.key_arrows], ["Home End", words.key_ends], ["Space", words.key_space], ["?", words.key_help]]);
    this.keys.hidden = !open;
    this.root.append(this.keys);
    this.push.replaceChildren(textButton("?", words.keys, () => { this.keys.hidden = !this.keys.hidden; }),
      textButton("PNG", words.png, () => saveFilm(this, "png")), textButton("SVG", words.svg, () => saveFilm(this, "svg")));
  }

  special(token) {
    return /^<(s|\/s|pad)>$/.test(token);
  }

  // ---- moving --------------------------------------------------------------

  move(to) {
    const step = Math.max(0, Math.min(this.steps.length - 1, to));
    if (step === this.at) return;
    this.at = step;
    this.show(true);
  }

  toggle() {
    if (this.beat) return this.stop();
    if (this.at === this.steps.length - 1) this.move(0);
    this.beat = setInterval(() => {
      if (this.at < this.steps.length - 1) this.move(this.at + 1);
      else if (this.loop.getAttribute("aria-pressed") === "true") this.move(0);
      else this.stop();
    }, BEAT);
    return this.sayPlaying();
  }

  stop() {
    clearInterval(this.beat);
    this.beat = 0;
    this.sayPlaying();
  }

  sayPlaying() {
    if (this.words) this.playing.textContent = this.beat ? `❚❚ ${this.words.pause}` : `► ${this.words.play}`;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const control = event.composedPath()[0];
    const own = { ArrowLeft: () => this.move(this.at - 1), ArrowRight: () => this.move(this.at + 1), Home: () => this.move(0),
      End: () => this.move(this.steps.length - 1), "?": () => { this.keys.hidden = !this.keys.hidden; },
      " ": () => this.toggle(), Escape: () => { this.keys.hidden = true; } };
    if (!own[event.key] || (event.key === " " && control.tagName === "BUTTON")) return; // a button is pressed by space
    event.preventDefault();
    event.stopPropagation();
    own[event.key]();
  }

  // ---- picture -------------------------------------------------------------

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    this.matrix.draw(this.width, parseFloat(getComputedStyle(this.foot).fontSize));
    this.show(false);
    for (const one of [this.film, this.matrix.element, this.chips]) scrolledByKeys(one);
  }

  show(moved) {
    const { at, words, header } = this;
    this.slider.value = String(at + 1);
    intoLink("step", at + 1, 1);
    this.count.textContent = fill(words.step, { step: at + 1, steps: this.steps.length });
    this.previous.disabled = at === 0;
    this.next.disabled = at === this.steps.length - 1;
    this.frames.forEach((frame, i) => {
      frame.className = `${i > at ? "later" : ""}${i === at ? " now" : ""}${i < header.forced ? " forced" : ""}`;
    });
    const now = this.frames[at], film = this.film;
    if (now.offsetLeft < film.scrollLeft || now.offsetLeft + now.offsetWidth > film.scrollLeft + film.clientWidth) {
      film.scrollLeft = now.offsetLeft - film.clientWidth / 2;
    }
    this.showText();
    this.showLooks();
    this.showGuesses();
    this.matrix.show(at, moved);
    if (moved) this.speak();
  }

  showText() {
    const { at, header } = this, { tokens, special, continues } = header.queries;
    const written = tokens.slice(0, at + 1).map((token, i) =>
      make("span", { className: special[i] ? "special" : "", textContent: (i && !continues[i] ? " " : "") + clean(token) }));
    const [token, logProb] = this.steps[at].written, joined = token.startsWith("·");
    this.text.replaceChildren(...written, joined ? "" : " ", make("mark", { textContent: clean(joined ? token.slice(1) : token) }));
    this.sum.textContent = fill(this.words.log_prob, { word: logProb.toFixed(2).replace("-", "−"), total: this.total[at].toFixed(2).replace("-", "−"),
      probability: percent(this.total[at]) }) + this.pieceSum(at);
  }

  /** Of a word with several pieces: how its log-probability adds up. */
  pieceSum(at) {
    const { pieces } = this.steps[at], number = (value) => value.toFixed(2).replace("-", "−");
    if (pieces.length < 2) return "";
    return ` · ${fill(this.words.adds, { sum: pieces.map(([token, logProb]) => `${clean(token)} ${number(logProb)}`).join("  +  ") })}`;
  }

  showLooks() {
    const { at, header, weights } = this, m = header.shape[1];
    this.heads.looks.replaceChildren(...fillNodes(this.words.looks, { query: tokenName(header.queries, at) }));
    const dark = this.matrix.colours;
    this.chips.replaceChildren(...header.sources.tokens.slice(0, header.seen[at]).map((_, j) => {
      const weight = weights[at * m + j], name = tokenName(header.sources, j), colour = dark[Math.round(Math.min(1, weight) * 255)];
      const chip = make("span", { className: header.sources.special[j] ? "special" : "", title: `${name}: ${weight.toFixed(3)}` },
        make("b", { textContent: name }), make("small", { textContent: weight < VISIBLE ? " " : weight.toFixed(2) }));
      chip.style.background = hex(colour);
      chip.style.color = inkOn(colour);
      return chip;
    }));
  }

  showGuesses() {
    const { at, words } = this, step = this.steps[at];
    this.heads.next_word.textContent = step.pieces.length > 1 ? words.next_piece : words.next_word;
    let shown = 0;
    this.guesses.replaceChildren(...step.top.map(([token, logProb, id], rank) => {
      shown += Math.exp(logProb);
      const drawn = step.drawn?.[rank], written = id === null ? token === step.written[0] : id === step.written[2];
      const bar = make("i"), track = make("span", { className: "track" }, bar);
      bar.style.width = `${100 * Math.exp(logProb)}%`;
      if (drawn !== undefined && drawn > 0) {
        const outline = make("u");
        outline.style.width = `${100 * drawn}%`;
        track.append(outline);
      }
      const said = [fill(words.likely, { token: clean(token), probability: Math.exp(logProb).toFixed(3) }),
        drawn === undefined ? "" : fill(words.drawn, { probability: drawn.toFixed(3) }),
        written ? words.written : fill(words.choose, { token: clean(token) })].filter(Boolean).join(" ");
      const button = make("button", { type: "button", title: said, "aria-label": said, disabled: written || id === null,
        className: `${written ? "written" : ""}${drawn === 0 ? " cut" : ""}`, onclick: () => this.force(at, id) },
        make("b", { textContent: clean(token) }), track, make("span", { className: "number", textContent: Math.exp(logProb).toFixed(3) }));
      return make("li", {}, button);
    }));
    if (!step.top.some(([, , id]) => id === step.written[2])) {
      const [token, logProb] = step.written;
      this.guesses.append(make("li", { className: "rest", textContent: `… ${fill(words.likely, { token: clean(token), probability: small(Math.exp(logProb)) })} ${words.written}` }));
    }
    this.rest.textContent = fill(words.rest, { probability: Math.max(0, 1 - shown).toFixed(3) });
  }

  /** The page hears of it once; the picture waits for the new output where it stands. */
  force(step, id) {
    this.stop();
    this.send("forced", [step, id]);
  }

  speak() {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { at, header, weights } = this, m = header.shape[1];
      const row = weights.subarray(at * m, (at + 1) * m), most = row.indexOf(Math.max(...row));
      this.live.textContent = fill(this.words.spoken, { step: at + 1, word: this.steps[at].written[0], probability: percent(this.steps[at].written[1]),
        key: header.sources.tokens[most], weight: row[most].toFixed(2) });
    }, 200);
  }
}

function percent(logProb) {
  return `${small(100 * Math.exp(logProb))} %`;
}

/** Three digits, however small. */
function small(value) {
  return value === 0 || value >= 0.1 ? String(Number(value.toPrecision(3))) : value < 1e-4 ? value.toExponential(1).replace("-", "−") : value.toPrecision(2);
}
