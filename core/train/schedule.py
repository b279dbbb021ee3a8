"""Learning rate: linear warm-up, then the inverse square root of the step (Vaswani et al. 2017, eq. 3)."""


def learning_rate(step: int, peak: float, warmup: int) -> float:
    """The rate of update `step` (the first is 1); it is `peak` at `step == warmup`."""
    return float(peak * min(step / warmup, (warmup / step) ** 0.5))
