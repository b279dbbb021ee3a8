"""The training loop: one process or many (accelerate), resumable at any step."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from core.models import own_tensors, save_model, write
from core.nn.build import AnyNet
from core.text.corpus import Pair
from core.text.tokenizer import Tokenizer
from core.train.augment import augment
from core.train.batches import bucket, typical_tokens
from core.train.checkpoint import Progress, load_state, save_state
from core.train.objectives import objective
from core.train.recipes import Recipe
from core.train.schedule import learning_rate

SAVE_EVERY = 300.0  # seconds


class Stopped(Exception):  # noqa: N818 - as with StopIteration: no error
    """Ctrl-C or SIGTERM: the state has been saved."""


@dataclass
class Run:
    """One model in training. `train(run)` moves it on; everything it needs to go on is saved in `out`."""

    recipe: Recipe
    net: AnyNet
    tokenizer: Tokenizer
    pairs: Sequence[Pair]
    valid: Sequence[Pair]
    out: Path
    accelerator: Accelerator = field(default_factory=Accelerator)
    typical: int = 0  # `typical_tokens` of the epoch under way, for config.json

    def __post_init__(self) -> None:
        # Before `prepare`: accelerate moves the parameters, and the optimizer must know the moved ones.
        self.net.to(self.accelerator.device)
        self.optimizer = torch.optim.Adam(self.net.parameters(), betas=(0.9, 0.98), eps=1e-9, fused=True)
        self.ema = {name: p.detach().clone() for name, p in own_tensors(self.net).items()}
        self.progress = load_state(self.out, self.net, self.optimizer, self.ema)
        self.model = self.accelerator.prepare_model(self.net)
        self.objective = objective(self.recipe.architecture)
        self.bf16 = _has_bf16(self.accelerator.device)

    def save(self) -> None:
        if self.accelerator.is_main_process:
            self.out.mkdir(parents=True, exist_ok=True)
            save_state(self.out, self.net, self.optimizer, self.ema, self.progress)


def train(run: Run) -> Progress:
    """Train to the recipe's last epoch or to the early stop; raises `Stopped` on Ctrl-C, saved."""
    config, progress = run.recipe.train, run.progress
    with _StopSignal() as stop:
        while progress.epoch < config.epochs and progress.bad_epochs < config.patience:
            _epoch(run, stop)
            progress.epoch, progress.batch = progress.epoch + 1, 0
            loss = validate(run)
            progress.bad_epochs = 0 if loss < progress.best else progress.bad_epochs + 1
            progress.best = min(progress.best, loss)
            _keep(run, loss)
            run.save()
    return progress


def _epoch(run: Run, stop: _StopSignal) -> None:
    """The rest of the epoch under way: augment, batch and order by seed and epoch alone."""
    config, progress, accelerator = run.recipe.train, run.progress, run.accelerator
    seed = config.seed * 1000 + progress.epoch
    pairs = augment(run.pairs, run.recipe.augmentation, seed)
    run.objective = objective(run.recipe.architecture, alone=progress.epoch + 1 in run.recipe.stories_alone)
    examples = run.objective.examples(pairs, run.tokenizer, config.max_tokens, seed)
    run.typical = typical_tokens(examples)
    batches = bucket(examples, config.batch_tokens, seed)
    batches = share(batches, accelerator.process_index, accelerator.num_processes)
    run.model.train()
    started, saved = time.monotonic() - progress.seconds, time.monotonic()
    bar = tqdm(
        batches[progress.batch :],
        f"epoch {progress.epoch + 1}/{config.epochs}",
        total=len(batches),
        initial=progress.batch,
        disable=not accelerator.is_main_process,
        mininterval=1,
        unit="batch",
    )
    for indices in bar:
        before = time.monotonic()
        batch = run.objective.batch([examples[i] for i in indices], run.tokenizer, seed * 1_000_003 + progress.batch)
        loss = update(run, batch)
        progress.batch, progress.seconds = progress.batch + 1, time.monotonic() - started
        tokens = accelerator.num_processes * sum(tensor.numel() for tensor in batch[:2])
        bar.set_postfix(loss=f"{loss:.3f}", tokens_s=f"{tokens / (time.monotonic() - before):.0f}", refresh=False)
        if stop.agreed(accelerator):
            run.save()
            raise Stopped
        if time.monotonic() - saved > SAVE_EVERY:
            run.save()
            saved = time.monotonic()


def share(batches: list[list[int]], process: int, processes: int) -> list[list[int]]:
    """One process's batches of an epoch: as many for each, since they wait for one another at every update."""
    if len(batches) < processes:
        return [batches[process % len(batches)]]
    return batches[process::processes][: len(batches) // processes]


def update(run: Run, batch: Any) -> float:
    """One update of the weights and of their moving average; the batch's loss in nats per token."""
    config, accelerator = run.recipe.train, run.accelerator
    run.progress.step += 1
    # Dropout noise follows from the step alone, so that a resumed run draws the same.
    torch.manual_seed((config.seed * 1_000_003 + run.progress.step) * 64 + accelerator.process_index)
    for group in run.optimizer.param_groups:
        group["lr"] = learning_rate(run.progress.step, config.lr, config.warmup)
    loss = batch_loss(run, batch, config.label_smoothing)
    run.optimizer.zero_grad()
    accelerator.backward(loss)
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), config.clip)
    run.optimizer.step()
    average(run.ema, own_tensors(run.net), min(config.ema, run.progress.step / (run.progress.step + 9)))
    return loss.item()


def batch_loss(run: Run, batch: Any, smoothing: float = 0.0) -> Tensor:
    moved = batch._make(tensor.to(run.accelerator.device) for tensor in batch)
    with torch.autocast(moved[0].device.type, torch.bfloat16, enabled=run.bf16):
        return run.objective.loss(run.model, moved, run.tokenizer.pad, smoothing)


@torch.no_grad()
def average(ema: dict[str, Tensor], weights: dict[str, Tensor], decay: float) -> None:
    """ema <- decay * ema + (1 - decay) * weights."""
    names = list(ema)
    torch._foreach_lerp_([ema[n] for n in names], [weights[n].detach() for n in names], 1 - decay)


@torch.inference_mode()
def validate(run: Run) -> float:
    """Mean loss per token of the averaged weights, without smoothing, in nats."""
    run.objective = objective(run.recipe.architecture)
    examples = run.objective.examples(run.valid, run.tokenizer, run.recipe.train.max_tokens, seed=0)
    own = own_tensors(run.net)
    trained = {name: tensor.detach().clone() for name, tensor in own.items()}
    _copy(run.ema, own)
    run.model.eval()
    total = tokens = 0.0
    for at, indices in enumerate(bucket(examples, run.recipe.train.batch_tokens, seed=0)):
        batch = run.objective.batch([examples[i] for i in indices], run.tokenizer, seed=at)
        n = float(batch.labels.ne(run.tokenizer.pad).sum())
        total, tokens = total + n * batch_loss(run, batch).item(), tokens + n
    _copy(trained, own)
    return total / tokens


def _keep(run: Run, loss: float) -> None:
    """The averaged weights of this epoch; the best so far are the model."""
    if not run.accelerator.is_main_process:
        return
    progress = run.progress
    if run.recipe.keep_epochs:
        (run.out / "epochs").mkdir(parents=True, exist_ok=True)
        write(run.out / "epochs" / f"{progress.epoch:02}.safetensors", {n: t.half() for n, t in run.ema.items()})
    if progress.bad_epochs == 0:
        data = {"typical_tokens": run.typical}
        record = {**run.recipe.record(len(run.tokenizer)), "data": data, "progress": asdict(progress)}
        save_model(run.out, run.net, run.tokenizer, record, run.ema)
    line = {"epoch": progress.epoch, "step": progress.step, "valid_loss": loss, "hours": progress.seconds / 3600}
    with (run.out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    tqdm.write(f"epoch {progress.epoch}: validation loss {loss:.4f}, best {progress.best:.4f}")


def _copy(source: dict[str, Tensor], target: dict[str, Tensor]) -> None:
    for name, tensor in source.items():
        target[name].data.copy_(tensor)


def _has_bf16(device: torch.device) -> bool:
    """bf16 where the hardware multiplies in it; elsewhere it would only be slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


class _StopSignal:
    """Remembers Ctrl-C until the step under way is finished; afterwards signals do what they did before."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        self._before = {name: signal.signal(name, self._ask) for name in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *error: object) -> None:
        for name, handler in self._before.items():
            signal.signal(name, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def agreed(self, accelerator: Accelerator) -> bool:
        """Was any process asked? All hear it at the same step: one that stopped alone would leave others waiting."""
        if accelerator.num_processes == 1:
            return self.asked
        asked = torch.tensor(float(self.asked), device=accelerator.device)
        return bool(accelerator.reduce(asked, "sum").item())
