// Parts of links.js, in front of it.

/** Text cut to a width, with an ellipsis; never through the middle of a character. */
function shorten(text, width, measure) {
  if (measure(text) <= width) return text;
  const letters = Intl.Segmenter ? [...new Intl.Segmenter().segment(text)].map((s) => s.segment) : [...text];
  let [low, high] = [1, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("")}…`;
}

/** The picture as it is now, on its own: headings inside, the page's colours written out. */
function standalone(view) {
  const [w, h] = view.size, head = view.font.size * 2;
  // A picture can't use the page's fonts, and the one it finds may be wider: so there is room beside the tokens.
  const edge = 16 + Math.round(0.14 * Math.max(view.left, w - view.right));
  const size = [w + 2 * edge, h + head + 2 * edge];
  const copy = view.picture.cloneNode(true);
  const from = view.picture.querySelectorAll("path, text, tspan"), to = copy.querySelectorAll("path, text, tspan");
  from.forEach((node, i) => {
    if (node.tagName === "path") return;
    const style = getComputedStyle(node);
    to[i].setAttribute("style", ["fill", "opacity", "font-size", "font-weight", "paint-order", "stroke", "stroke-width", "unicode-bidi", "white-space"]
      .map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  copy.querySelectorAll(".hit").forEach((hit) => hit.remove());
  for (const name of ["tabindex", "aria-pressed"]) copy.querySelectorAll(`[${name}]`).forEach((node) => node.removeAttribute(name));
  const style = getComputedStyle(view.root);
  const heading = [...view.headings.children].map((span, i) => {
    const text = svg("text", { x: i ? view.right + PAD : Math.max(view.left - PAD, span.offsetWidth), y: view.font.size, "font-weight": 600,
      "text-anchor": i ? "start" : "end", fill: getComputedStyle(span).color });
    text.textContent = span.textContent;
    return text;
  });
  const title = svg("title");
  title.textContent = view.title;
  const body = svg("g", { transform: `translate(${edge} ${edge})` }, ...heading, svg("g", { transform: `translate(0 ${head})` }, ...copy.childNodes));
  const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: size[0], height: size[1], viewBox: `0 0 ${size.join(" ")}`,
    "font-family": style.fontFamily, "font-size": view.font.size },
    title, svg("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--st-background-color") || "#fff" }), body);
  return [whole, size];
}
