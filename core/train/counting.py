"""What a Markov model has for training: one walk over the corpus, counting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.config import MarkovConfig
from core.models import save_model
from core.nn.markov import Markov, count
from core.text.corpus import Pair
from core.text.tokenizer import Tokenizer
from core.train.augment import augment
from core.train.batches import encode_pairs, typical_tokens
from core.train.recipes import Recipe


def count_corpus(recipe: Recipe, pairs: Sequence[Pair], tokenizer: Tokenizer, out: Path) -> int:
    """Save the counts of the sources, augmented as in a first epoch; returns how many different ones there are."""
    seed = recipe.train.seed * 1000
    written = augment(pairs, recipe.augmentation, seed)
    examples = encode_pairs([(src, src) for src, _ in written], tokenizer, recipe.train.max_tokens)
    order = int(recipe.model["order"])
    grams, counts = count([src for src, _ in examples], order, tokenizer.bos)
    config = MarkovConfig(len(tokenizer), order, len(grams))
    net = Markov(config)
    net.grams.data, net.counts.data = grams, counts
    record = {**recipe.record(len(tokenizer)), "model": config.as_dict()}
    save_model(out, net, tokenizer, {**record, "data": {"typical_tokens": typical_tokens(examples)}})
    return len(grams)
