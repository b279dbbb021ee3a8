"""English sentences by the thousand, from a seeded grammar: no cache knows them, and each run gets the same."""

from __future__ import annotations

import random
from itertools import product

WHO = "My brother|The old doctor|A young girl|Our teacher|Nobody here|The man in the garden|She|Tom|Your friend".split(
    "|"
)
DOES = "wanted to buy|never found|was looking for|forgot|gave me|did not like|talked about|could not see".split("|")
WHAT = "the red car|a cup of tea|my new house|the black cat|this difficult book|some money|two tickets".split("|")
WHEN = "yesterday|because it was raining|before the war|in the morning|when I met him|after dinner|last year".split("|")


def sentences() -> list[str]:
    """Three and a half thousand, 4 to 13 words each."""
    found = [f"{' '.join(parts)}." for parts in product(WHO, DOES, WHAT, WHEN)]
    random.Random(1).shuffle(found)
    return found


def long_sentences() -> list[str]:
    """Pairs of them joined to one."""
    plain = sentences()
    return [
        f"{a.removesuffix('.')}, but {b[0].lower() if not b.startswith('Tom') else 'T'}{b[1:]}"
        for a, b in zip(plain[::2], plain[1::2], strict=True)
    ]
