"""The page Decoding: the beam as a tree, and what its length penalty does."""

from __future__ import annotations

import streamlit as st

from core.components.beam_tree import WORDS, beam_tree
from core.export import tree_to_csv, tree_to_json
from core.search import Node, Search, Tree
from core.shelf import ModelInfo
from core.ui import decoding
from core.ui import decoding_runs as runs
from core.ui.decoding import Asked, Shown
from core.ui.language import md, t, texts
from core.ui.showing import file_stem
from core.ui.waiting import attempt


def tree(info: ModelInfo, text: str, shown: Shown, asked: Asked) -> None:
    """The beam as a tree, and what it comes to."""
    if not shown.tree:
        return
    nodes, stem = shown.tree.nodes, file_stem(text, info.name, f"beam {asked.width}")
    beam_tree(
        shown.tree, shown.node, words=texts(WORDS), file_stem=stem, key="tree",
        on_choose=decoding.choose(info, text, shown),
    )  # fmt: skip
    counts = {fate: sum(node.fate == fate for node in nodes) for fate in ("kept", "ended", "pruned")}
    best = nodes[shown.tree.found[0]]
    st.caption(t("decoding.tree.reading", n=len(nodes), **counts, score=signed(best.score), steps=best.step))
    if not shown.whole:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            node = nodes[shown.node]
            st.info(t(f"decoding.partial.{node.fate}", step=node.step), icon="🌿")
            st.button(t("decoding.go_on"), on_click=decoding.force, args=(info, text, shown.tokens))
            st.button(t("decoding.best"), on_click=decoding.force, args=(info, text, shown.prefix))
    _penalty(info, text, shown.tree, asked, shown.prefix)
    _files(shown.tree, stem)


def _files(found: Tree, stem: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            t("decoding.tree.csv"), lambda: tree_to_csv(found), f"{stem}.csv", "text/csv", on_click="ignore"
        )
        st.download_button(
            t("decoding.tree.json"), lambda: tree_to_json(found), f"{stem}.json", "application/json", on_click="ignore"
        )


def _penalty(info: ModelInfo, text: str, found: Tree, asked: Asked, prefix: tuple[int, ...]) -> None:
    """The outputs with what their sums are divided by, and whether another alpha would choose another."""
    with st.expander(t("decoding.penalty"), icon="⚖️"):
        st.markdown(t("decoding.penalty.what", alpha=f"{asked.alpha:.1f}"))
        head = "".join(
            f"| {t(f'decoding.penalty.{name}')} " for name in ("output", "length", "sum", "divisor", "score")
        )
        rows = [_row(i + 1, text, found.nodes[node]) for i, (node, text) in enumerate(_outputs(info, found))]
        st.markdown("\n".join([f"{head}|", "|:--|--:|--:|--:|--:|", *rows]))
        other = 0.0 if asked.alpha else Search().alpha
        same = attempt(
            lambda heard: runs.tree(info.name, text, asked.width, other, prefix, heard),
            f"tree {info.name} {asked.width} {other} {prefix} {text}",
        )
        if same:
            (_, here), (node, there) = _outputs(info, found)[0], _outputs(info, same)[0]
            key = "decoding.penalty.same" if here == there else "decoding.penalty.other"
            words = {"alpha": f"{other:.1f}", "output": md(there), "n": same.nodes[node].step}
            st.markdown(t(key, **words))


def _row(rank: int, output: str, node: Node) -> str:
    divisor = node.log_prob / node.score if node.score else 1.0
    cells = f"{rank}. {md(output)}", str(node.step), signed(node.log_prob), f"{divisor:.2f}", signed(node.score)
    return f"| {' | '.join(cells)} |"


def _outputs(info: ModelInfo, found: Tree) -> list[tuple[int, str]]:
    """The node and the text of each output, best first."""
    return [(node, runs.text_of(info.name, found.tokens(node))) for node in found.found]


def signed(value: float) -> str:
    """Two decimals and a true minus."""
    return f"{value:.2f}".replace("-", "−")
