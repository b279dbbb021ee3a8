"""The other side of bench_training.py, in the Python that has joeynmt: updates as its `TrainManager` makes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from joeynmt.batch import Batch
from joeynmt.builders import build_gradient_clipper, build_optimizer, build_scheduler
from joeynmt.model import Model, build_model
from joeynmt.training import TrainManager
from joeynmt.vocabulary import Vocabulary
from training import FIRST, VOCAB, Case, Pair, batches, converse

from core.train.recipes import Recipe

UNK, PAD, BOS, EOS = range(FIRST)  # joeynmt's order


def start(case: Case, threads: int) -> tuple[int, list[Callable[[], float]]]:
    logging.disable(logging.INFO)
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    recipe = case.recipe
    model = build_model(sizes(recipe), vocabulary(), vocabulary())
    model.loss_function = ("crossentropy", recipe.train.label_smoothing)
    trainer = manager(model, recipe)
    steps = [partial(update, trainer, batch_of(batch)) for batch in batches(recipe)]
    return sum(p.numel() for p in model.parameters()), steps


def update(trainer: Any, batch: Batch) -> float:
    """The body of the loop in `TrainManager.train_and_validate`, without its logging."""
    loss, _ = TrainManager._train_step(trainer, batch)
    trainer.clip_grad_fun(parameters=trainer.model.parameters())
    trainer.optimizer.step()
    trainer.scheduler.step(trainer.steps)
    trainer.model.zero_grad()
    trainer.steps += 1
    return float(loss)


def manager(model: Model, recipe: Recipe) -> Any:
    """What `TrainManager._train_step` reads of itself; a whole one also wants a data set and TensorBoard."""
    train = recipe.train
    given = {
        "optimizer": "adam",
        "adam_betas": (0.9, 0.98),
        "learning_rate": train.lr,
        "scheduling": "warmupinversesquareroot",
        "learning_rate_warmup": train.warmup,
        "clip_grad_val": None,
        "clip_grad_norm": train.clip,
    }
    optimizer = build_optimizer(given, model.parameters())
    return SimpleNamespace(
        model=model,
        args=SimpleNamespace(normalization="tokens", batch_multiplier=1),
        n_gpu=0,
        scaler=None,
        autocast={"device_type": "cpu", "enabled": False},
        clip_grad_fun=build_gradient_clipper(given),
        optimizer=optimizer,
        scheduler=build_scheduler(given, optimizer, "min", recipe.model_config(VOCAB).d_model)[0],
        steps=0,
    )


def sizes(recipe: Recipe) -> dict[str, Any]:
    """The recipe in joeynmt's words."""
    config: Any = recipe.model_config(VOCAB)
    embeddings = {"embedding_dim": config.d_model, "scale": True, "dropout": config.dropout}
    shared = {"embeddings": embeddings, "dropout": config.dropout}
    if recipe.architecture == "transformer":
        shared |= {
            "type": "transformer",
            "hidden_size": config.d_model,
            "ff_size": config.d_ff,
            "num_heads": config.n_heads,
            "layer_norm": config.norm,
        }
        layers = config.n_encoder_layers, config.n_decoder_layers
        own: dict[str, Any] = {}
    else:
        shared |= {"type": "recurrent", "rnn_type": config.cell, "hidden_size": config.hidden}
        layers = 1, 1
        own = {
            "attention": "bahdanau" if config.attention == "bahdanau" else "luong",
            "hidden_dropout": config.dropout,
            "input_feeding": config.input_feeding or config.attention == "bahdanau",
        }
    return {
        "encoder": {**shared, "num_layers": layers[0], "bidirectional": getattr(config, "bidirectional", False)},
        "decoder": {**shared, "num_layers": layers[1], **own},
        "tied_embeddings": config.tied,
        "tied_softmax": config.tied,
    }


def vocabulary() -> Vocabulary:
    special = SimpleNamespace(unk_token="<unk>", pad_token="<pad>", bos_token="<s>", eos_token="</s>", sep_token=None)
    special.unk_id, special.pad_id, special.bos_id, special.eos_id, special.lang_tags = UNK, PAD, BOS, EOS, []
    return Vocabulary([str(i) for i in range(VOCAB - FIRST)], special)


def batch_of(pairs: list[Pair]) -> Batch:
    src, tgt = [[*s, EOS] for s, _ in pairs], [[BOS, *t, EOS] for _, t in pairs]
    return Batch(
        src=padded(src),
        src_length=torch.tensor([len(row) for row in src]),
        src_prompt_mask=None,
        trg=padded(tgt),
        trg_prompt_mask=None,
        indices=torch.arange(len(pairs)),
        device=torch.device("cpu"),
        pad_index=PAD,
        eos_index=EOS,
    )


def padded(rows: list[list[int]]) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


if __name__ == "__main__":
    converse(start)
