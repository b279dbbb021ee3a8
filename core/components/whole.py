"""The whole model at once: every vector of a run as a strip, every weight as a line, each block to be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components.assets import source
from core.components.buffer import axis_header, chosen_words, on_dark, one_byte, pack
from core.figures.theme import KEY, QUERY, VALUE, difference_scale
from core.trace import Axis, Floats, Kind, Series, Trace

SHOWN = 64  # tokens of each side in the picture at most
MIDDLE, STEPS = 128, 127  # a strip's byte for 0, and how many steps there are to its largest number
KINDS: tuple[Kind, ...] = ("encoder_self", "decoder_self", "cross")

# The texts that `words` must hold.
WORDS = (
    "whole.label",  # {source} {target}: what the picture is, for those who hear it
    "whole.encoder",
    "whole.decoder",
    "whole.layer",  # {layer}
    "whole.block.embed",  # names of blocks, as short as can be
    "whole.block.self",
    "whole.block.masked",
    "whole.block.cross",
    "whole.block.ffn",
    "whole.block.norm",
    "whole.block.out",
    "whole.part.token",  # names of strips
    "whole.part.position",
    "whole.part.sum",
    "whole.part.attention",
    "whole.part.ffn",
    "whole.part.after.post",
    "whole.part.after.pre",
    "whole.part.norm",
    "whole.part.k",
    "whole.part.v",
    "whole.part.before",
    "whole.memory",  # beside the way from the encoder's end to the decoder
    "whole.lines",  # beside the choice of a head
    "whole.mean",
    "whole.head",  # {head}
    "whole.following",  # {token}
    "whole.locked",  # {token}
    "whole.release",
    "whole.hint",
    "whole.open",  # {block}: title of a block's button
    "whole.close",
    "whole.weight",  # {query} {key} {weight}
    "whole.reads",  # {query} {list}: said of the lines of a block
    "whole.read_by",  # {key} {list}
    "whole.to",  # {token} {weight}: an entry of those lists
    "whole.norm",  # {norm}
    "whole.value",  # {dimension} {value}
    "whole.spread",  # {mean} {std}: of the numbers of a strip
    "whole.fired",  # {n} {of}
    "whole.heads",  # {query}: heading over the small maps
    "whole.strips",  # {token}: heading over the strips at full size
    "whole.candidates",  # {token}: heading over the bars
    "whole.pages",  # before the links
    "whole.pixels",  # {d} {n}: under the picture, where several numbers share a pixel
    "whole.byte",  # {bytes}
    "whole.cut",  # {shown} {n}: tokens are left out
    "whole.beyond",  # {limit}: beside the colours
    "whole.png",
    "whole.svg",
    "whole.keys",
    "whole.key_token",
    "whole.key_block",
    "whole.key_ends",
    "whole.key_head",
    "whole.key_lock",
    "whole.key_enter",
    "whole.key_escape",
    "whole.key_help",
)

_component = st.components.v2.component(
    "headlight_whole",
    html='<div class="whole"></div>',
    css=source("common.css", "whole.css"),
    js=source(
        *("common.js", "pixels.js", "whole_layout.js", "whole_paint.js", "whole_follow.js", "whole_run.js"),
        *("whole_card.js", "whole_save.js", "whole.js"),
    ),
)


@dataclass(frozen=True, slots=True)
class View:
    """What a person looks at. token: "src-0" is the first source token, "tgt-2" the decoder's third input.

    head: 0 is the mean over heads, 1 the first head. open: a block's code (`d2.cross`), or "" for none.
    locked: does the picture stay with the token while the pointer moves on?
    """

    token: str
    head: int = 0
    open: str = ""
    locked: bool = False


def whole(
    trace: Trace,
    vectors: Sequence[Series],
    fired: Sequence[Series],
    d_ff: int,
    norm: str,
    *,
    start: View,
    turn: int,
    links: Mapping[str, Sequence[tuple[str, str, Mapping[str, str]]]],
    words: Mapping[str, str],
    scale: Sequence[tuple[float, str]],
    file_stem: str,
    key: str,
    on_view: Callable[[View], None],
) -> None:
    """Draw a run; pointing, holding and opening stay in the browser, which tells of them afterwards.

    vectors, fired, d_ff, norm: as core/lab/whole.py has them, `<block>/<part>` in the order of the flow.
    start: what is shown at first; turn: a number for it. As long as it is the same, what the person chose since counts.
    links: kind of block -> (text, page, its query); "{layer}", "{head}", "{row}" in a query are filled in there.
    on_view: hears what a person chose, before the page runs again.
    """
    header = {
        "start": asdict(start),
        "turn": turn,
        "about": [trace.model, trace.src_text, trace.tgt_text],
        **_axes(trace),
        **_strips(vectors),
        "fired": {one.name.split("/")[0]: [int(n) for n in one.values] for one in fired},
        "d_ff": d_ff,
        "norm": norm,
        "steps": _steps(trace),
        "maps": [[kind, *_cut(trace[kind].weights).shape] for kind in KINDS],
        "links": {kind: [[text, page, dict(query)] for text, page, query in of] for kind, of in links.items()},
        "words": chosen_words(words, WORDS),
        "scale": [list(stop) for stop in scale],
        "difference": [list(stop) for stop in difference_scale(on_dark(scale))],
        "colours": {"query": QUERY, "key": KEY, "value": VALUE},
        "file_stem": file_stem,
    }
    bytes_ = [quantised(one.values)[0].ravel() for one in vectors]
    bytes_ += [one_byte(_cut(trace[kind].weights)).ravel() for kind in KINDS]

    def tell() -> None:
        if told := (st.session_state.get(key) or {}).get("view"):
            on_view(View(str(told["token"]), int(told["head"]), str(told["open"]), bool(told["locked"])))

    _component(key=key, data=pack(header, np.concatenate(bytes_)), on_view_change=tell)


def quantised(values: Floats) -> tuple[npt.NDArray[np.uint8], Floats]:
    """One byte a number, [token, d]: 128 + 127 v / (the token's largest |v|), rounded; and those largest, [token].

    A number is (byte - 128) / 127 * peak, wrong by at most peak / 254; 0 stays 0.
    """
    peaks = np.abs(values).max(-1, initial=0)
    safe = np.where(peaks > 0, peaks, 1)[:, None]
    return np.rint(MIDDLE + STEPS * values / safe).astype(np.uint8), peaks


def colour_limit(vectors: Sequence[Series]) -> float:
    """The number of full colour: 99 of 100 numbers of the residual stream are no further from 0. One for all strips."""
    stream = [np.abs(one.values).ravel() for one in vectors if one.name.endswith(("/sum", "/after"))]
    return round(float(np.quantile(np.concatenate(stream), 0.99)), 1) or 1.0


def _strips(vectors: Sequence[Series]) -> dict[str, Any]:
    """What belongs to each strip: its name, and for each token the largest number, the length, mean and deviation."""
    return {
        "d": int(vectors[0].values.shape[1]),
        "limit": colour_limit(vectors),
        "strips": [
            {
                "name": one.name,
                "side": one.axes[0],
                "peaks": _numbers(quantised(one.values)[1]),
                "norms": _numbers(np.linalg.norm(one.values, axis=-1)),
                "means": _numbers(one.values.mean(-1)),
                "stds": _numbers(one.values.std(-1)),
            }
            for one in vectors
        ],
    }


def _numbers(values: Floats) -> list[float]:
    return [float(f"{value:.4g}") for value in values]


def _axes(trace: Trace) -> dict[str, Any]:
    cross = trace["cross"]
    return {
        "src": axis_header(_first(cross.keys)),
        "tgt": axis_header(_first(cross.queries)),
        "counts": [len(cross.keys), len(cross.queries)],
    }


def _first(axis: Axis) -> Axis:
    """Its tokens that the picture shows."""
    if len(axis) <= SHOWN:
        return axis
    return Axis(
        axis.tokens[:SHOWN], axis.word_of[:SHOWN], axis.words[: axis.word_of[SHOWN - 1] + 1], axis.special[:SHOWN],
        axis.writes[:SHOWN],
    )  # fmt: skip


def _cut(weights: Floats) -> Floats:
    return weights[:, :, :SHOWN, :SHOWN]


def _steps(trace: Trace) -> list[dict[str, Any]]:
    """For each position the word that was written, and the likeliest, with probabilities."""
    return [
        {
            "written": [step.written.token, _probability(step.written.log_prob)],
            "top": [[one.token, _probability(one.log_prob)] for one in step.top],
        }
        for step in trace.steps[:SHOWN]
    ]


def _probability(log_prob: float) -> float:
    return float(f"{np.exp(log_prob):.4g}")
