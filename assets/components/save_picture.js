// Saves a Plotly picture of this page as PNG or SVG. See core/components/sharing.py.

export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".sharing"), words = data.words;
  const said = make("span", { role: "status" });
  const save = (format) => async () => {
    said.textContent = "";
    try {
      await savePlot(root, data, format);
    } catch (error) {
      said.textContent = words["share.failed"];
      console.warn(error);
    }
  };
  root.replaceChildren(make("div", { className: "foot" }, said, make("span", { className: "push" },
    textButton("PNG", words["share.png"], save("png")), textButton("SVG", words["share.svg"], save("svg")))));
}

/** Drawn anew by streamlit's own Plotly, as large as on the page, on the page's ground, under its title. */
async function savePlot(root, { plot, title, file_stem }, format) {
  const shown = document.querySelector(`.st-key-${CSS.escape(plot.replace(/[^a-zA-Z0-9_-]/g, "-"))} .js-plotly-plot`);
  const top = 44, style = getComputedStyle(root);
  const size = { width: Math.max(shown.offsetWidth, 560), height: shown.offsetHeight + top };
  const layout = {
    ...shown.layout, autosize: false, width: size.width, height: size.height,
    // The labels above the picture make their own room: the title's is taken from the picture's.
    yaxis: { ...shown.layout.yaxis, domain: [0, 1 - top / (size.height - 60)] },
    paper_bgcolor: style.getPropertyValue("--st-background-color") || "#fff",
    title: { text: escaped(clean(title)), x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top",
      pad: { t: 14, l: 14 }, font: { size: 16, color: style.color } },
  };
  const picture = await window.Plotly.toImage({ data: shown.data, layout }, { format, ...size, scale: format === "png" ? exportRatio(size.width, size.height) : 1 });
  saveBlob(await (await fetch(picture)).blob(), `${file_stem}.${format}`);
}

/** Plotly reads titles as HTML. */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
