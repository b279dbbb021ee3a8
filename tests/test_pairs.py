"""Each pair of languages has examples that show something; those of a model on the shelf come out as they say."""

from __future__ import annotations

import pytest

from core.i18n import LANGUAGES, catalog
from core.models import load_model
from core.samples import SAMPLES, Sample, samples
from core.shelf import installed
from core.text.languages import spoken
from core.tracing import trace

PAIRS = [tuple(path.stem.split("-")[1:]) for path in sorted(SAMPLES.glob("pair-*.json"))]
EVERY = [pytest.param(pair, one, id=one.name) for pair in PAIRS for one in samples("heads", *pair)]


def test_the_pairs_are_those_beside_english_and_french():
    assert PAIRS == [("en", "ko"), ("fr", "en"), ("ko", "en")]
    assert samples("heads", "en", "fr") == samples("heads", "en")
    assert samples("masks", "ko", "en") == samples("heads", "ko", "en")


@pytest.mark.parametrize(("pair", "one"), EVERY)
def test_an_example_says_in_each_language_what_to_look_for(pair: tuple[str, str], one: Sample):
    src, tgt = pair
    assert spoken(one.text) == src
    for language in LANGUAGES:
        assert catalog(language)[f"sample.{one.name}"]
        assert catalog(language)[f"sample.{one.name}.help"].count("\n") == 0
    reference = dict(one.references)[tgt].lower()
    assert one.says
    assert all(part in reference for part in one.says)


@pytest.mark.parametrize(("pair", "one"), EVERY)
def test_the_model_says_what_the_example_promises(pair: tuple[str, str], one: Sample):
    name = f"transformer-{'-'.join(pair)}"
    if name not in installed():
        pytest.skip(f"{name} is not on the shelf")
    said = trace(load_model(name), one.text).tgt_text
    assert all(part in said.lower() for part in one.says), said
