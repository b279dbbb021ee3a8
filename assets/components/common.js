// Parts that both components use; Python puts this text in front of theirs.
// Text from people goes into textContent only: this code has the page's full rights.

/** [header, weights] of the buffer that core/components/buffer.py packs. */
function unpack(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const rest = bytes.slice(4 + size); // a copy starts at 0, so that float32 is aligned
  return [header, header.dtype === "float32" ? new Float32Array(rest.buffer) : rest];
}

function sameBytes(a, b) {
  if (!a || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Texts without the component's own name: "walk.step" is `step`. */
function shortNames(words, prefix) {
  return Object.fromEntries(Object.entries(words).map(([name, text]) => [name.replace(prefix, ""), text]));
}

/** Black or white, whichever can be read on the colour (ABGR): one of them always has a contrast of 4.5 to 1 (WCAG 2, 1.4.3). */
function inkOn(abgr) {
  const [r, g, b] = [0, 8, 16].map((shift) => {
    const c = ((abgr >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}

/** Draws a view anew when its width or the screen's density changes, until it is disconnected. */
function redrawn(view) {
  const observer = new ResizeObserver(() => {
    if (view.width !== view.root.clientWidth || view.ratio !== window.devicePixelRatio) view.draw();
  });
  observer.observe(view.root);
  return observer;
}

/** Does what a key means here, if anything; then neither the browser nor streamlit makes something else of it. */
function act(event, action) {
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

/** An element with properties, and children that may be strings. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** "{query} gives {weight}" with its values, as one string. */
function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The same as nodes: each value in a <bdi> (its direction stays its own) with its name as class. */
function fillNodes(template, values) {
  return template.split(/(\{\w+\})/).map((part) => {
    const name = part.slice(1, -1);
    return part.startsWith("{") && name in values
      ? make("bdi", { className: name, textContent: String(values[name]) })
      : part;
  });
}

/** What no XML file may hold would spoil a saved SVG. */
function clean(text) {
  const whole = text.toWellFormed ? text.toWellFormed() : text;
  // eslint-disable-next-line no-control-regex
  return whole.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

/** A token as its whole name: continuation pieces with a thin mark, decoder inputs with the word they write. */
function tokenName(axis, i) {
  const name = (axis.continues[i] ? "·" : "") + clean(axis.tokens[i]);
  return axis.writes.length ? `${name} → ${clean(axis.writes[i])}` : name;
}

/** A tip beside the pointer, inside `root` and inside the window. */
function placeTip(tip, root, event) {
  const box = root.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const left = Math.max(0, Math.min(x + 16, box.width - tip.offsetWidth));
  const above = event.clientY + 24 + tip.offsetHeight > window.innerHeight;
  tip.style.transform = `translate(${left}px, ${above ? y - tip.offsetHeight - 12 : y + 20}px)`;
}

/** Into the view's live region once the pointer rests: a screen reader can't follow each cell. */
function speak(view, text) {
  clearTimeout(view.speaking);
  view.speaking = setTimeout(() => { view.live.textContent = text; }, 150);
}

function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = make("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function saveCanvas(canvas, name) {
  canvas.toBlob((blob) => blob && saveBlob(blob, name), "image/png");
}

function saveSvg(element, name) {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(element)}`;
  saveBlob(new Blob([text], { type: "image/svg+xml" }), name);
}

/** Save an SVG element as PNG: drawn by the browser on a canvas. */
function saveAsPng(element, [width, height], name) {
  const ratio = exportRatio(width, height), image = new Image();
  image.onload = () => {
    const canvas = make("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    saveCanvas(canvas, `${name}.png`);
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(element))}`;
}

/** Twice the screen's resolution, less where a browser's largest canvas would be passed. */
function exportRatio(width, height) {
  const wished = 2 * (window.devicePixelRatio || 1);
  return Math.min(wished, 16_000 / Math.max(width, height), Math.sqrt(60e6 / (width * height)));
}

/** A quiet text button whose title and spoken name say the whole thing. */
function textButton(text, title, action) {
  return make("button", { type: "button", textContent: text, title, "aria-label": title, onclick: action });
}

/** The list of keys, closed at first. rows: [key, what it does]. */
function keysPanel(title, rows) {
  const list = make("dl", {}, ...rows.flatMap(([key, text]) => [make("dt", { textContent: key }), make("dd", { textContent: text })]));
  return make("div", { className: "keys", role: "note", hidden: true }, make("h4", { textContent: title }), list);
}

/** A choice that the browser alone makes (a step, a row) is kept in the page's link too; `fallback` needs no mention. */
function fromLink(name) {
  return new URL(window.location.href).searchParams.get(name);
}

function intoLink(name, value, fallback) {
  const url = new URL(window.location.href);
  if (value === fallback) url.searchParams.delete(name);
  else url.searchParams.set(name, String(value));
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

/** Where a part has more than it shows, Tab reaches it, so that keys can scroll it. */
function scrolledByKeys(element) {
  const more = element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
  if (more) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
}

/** At most one call a frame, however often it is asked for. */
function onFrame(action) {
  let frame = 0;
  const ask = () => {
    frame ||= requestAnimationFrame(() => { frame = 0; action(); });
  };
  ask.cancel = () => { cancelAnimationFrame(frame); frame = 0; };
  return ask;
}

/** The component's view, made at its first call and kept over reruns.
 *
 * Streamlit runs a call's cleanup when the component goes, but also when a newer
 * call overtook it: only the newest call's cleanup may close the view.
 */
const views = new WeakMap();
function keepView(parentElement, create) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = create()));
  const call = (view.calls = (view.calls ?? 0) + 1);
  const cleanup = () => {
    if (view.calls !== call || views.get(parentElement) !== view) return;
    view.close();
    views.delete(parentElement);
  };
  return [view, cleanup];
}
