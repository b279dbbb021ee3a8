"""What the components hand to streamlit, without a browser."""

import json
import struct

import pytest
from streamlit.testing.v1 import AppTest

from core.components import overview


def page(layer, head, mass=1.0, without=""):
    import numpy as np

    from core.components import links, overview
    from core.figures.theme import weight_scale
    from core.trace import AttentionMap, Axis

    axis = Axis(("a", "<b>"), (0, 1), ("a", "<b>"), (False, False))
    attn = AttentionMap("encoder_self", np.full((2, 3, 2, 2), 0.5, np.float32), axis, axis)
    words = {name: name for name in (*overview.WORDS, *links.WORDS) if name != without}
    picked = overview.overview(attn, layer, head, words=words, scale=weight_scale(), file_stem="f", key="all")
    links.links(attn, layer, head, words=words, scale=weight_scale(), mass=mass, file_stem="f", key="one")
    assert picked is None


def run(*args, **kwargs):
    return AppTest.from_function(page, args=args, kwargs=kwargs).run()


def sent(app, which):
    buffer = app.get("bidi_component")[which].proto.bytes
    (length,) = struct.unpack_from("<I", buffer)
    return json.loads(buffer[4 : 4 + length]), buffer[4 + length :]


def test_the_overview_sends_every_head_and_which_one_is_marked():
    header, body = sent(run(1, 2), 0)
    assert header["selected"] == [1, 2]
    assert header["shape"] == [2, 3, 2, 2]
    assert body == bytes([128] * 24)


def test_a_rerun_that_changes_nothing_sends_the_same_bytes():
    app = run(1, 2)
    before = app.get("bidi_component")[0].proto.bytes
    assert app.run().get("bidi_component")[0].proto.bytes == before


def test_the_links_send_one_head_in_full_precision():
    header, body = sent(run(0, 0, mass=0.7), 1)
    assert (header["dtype"], header["shape"], header["mass"]) == ("float32", [2, 2], 0.7)
    assert struct.unpack("<4f", body) == (0.5,) * 4


def test_a_head_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="layer 2, head 0 of 2 layers x 3 heads"):
        page(2, 0)


def test_a_share_below_one_half_is_refused(monkeypatch):
    monkeypatch.setattr(overview, "overview", lambda *_, **__: None)
    with pytest.raises(ValueError, match=r"mass is 0\.2"):
        page(0, 0, mass=0.2)


def test_a_text_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(overview, "overview", lambda *_, **__: None)
    with pytest.raises(ValueError, match=r"links\.row"):
        page(0, 0, without="links.row")
