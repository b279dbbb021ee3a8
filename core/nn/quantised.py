"""A copy of a model whose matrices are kept in half precision: half as much to read for each token that it writes."""

from __future__ import annotations

import copy
import warnings

import torch
from torch import nn

from core.nn.transformer import Transformer


def quantised(net: Transformer) -> Transformer:
    """Every linear map with float16 weights and float32 inputs and sums.

    Its log-probabilities are near those of `net`, not equal. (8-bit weights are quicker to read, but so often
    wrong that drafting again costs more.) Where the machine has no kernels for it, `net` itself.
    """
    if torch.backends.quantized.engine == "none":
        return net
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated in favour of another package; torch is pinned
        small: Transformer = torch.ao.quantization.quantize_dynamic(
            copy.deepcopy(net), {nn.Linear}, torch.float16, inplace=True
        )
    return small.eval()
