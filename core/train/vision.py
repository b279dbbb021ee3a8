"""python -m core.train.vision --out DIR [--epochs N] [--seed N]

Trains the Vision Transformer of the page Vision on scikit-learn's handwritten digits: some minutes on one core. Writes
the model, and the held-out pictures with their digits beside it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn import functional

from core.config import ViTConfig
from core.models import HELD_OUT, save_model, write
from core.nn.vit import VisionTransformer
from core.train.digits import Digits, all_digits, moved, split


@dataclass(frozen=True)
class VisionTraining:
    epochs: int = 300
    batch: int = 128
    lr: float = 3e-3  # the peak, after the warm-up
    warmup: float = 0.05  # of all updates; then a cosine to 0
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    ema: float = 0.99  # weights averaged over updates
    seed: int = 1


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="core.train.vision", description="Train on handwritten digits.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=VisionTraining.epochs)
    parser.add_argument("--seed", type=int, default=VisionTraining.seed)
    args = parser.parse_args(argv)
    how, config = VisionTraining(epochs=args.epochs, seed=args.seed), ViTConfig()
    seen, held_out = split(all_digits())
    net = train(config, seen, how)
    save(args.out, net, held_out, how, len(seen))
    sys.stdout.write(f"{args.out}: {accuracy(net, held_out):.2%} of {len(held_out)} held-out digits\n")
    return 0


def train(config: ViTConfig, digits: Digits, how: VisionTraining) -> VisionTransformer:
    """The averaged weights at the end; nothing is chosen by the held-out digits."""
    torch.manual_seed(how.seed)
    generator = torch.Generator().manual_seed(how.seed)
    net = VisionTransformer(config)
    optimizer = torch.optim.AdamW(net.parameters(), how.lr, weight_decay=how.weight_decay, fused=True)
    steps = how.epochs * -(-len(digits) // how.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, how.lr, total_steps=steps, pct_start=how.warmup, cycle_momentum=False
    )
    averaged = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(how.ema)
    )
    for _ in range(how.epochs):
        for chosen in torch.randperm(len(digits), generator=generator).split(how.batch):
            logits = net(moved(digits.pixels[chosen], generator)).logits
            loss = functional.cross_entropy(logits, digits.labels[chosen], label_smoothing=how.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            averaged.update_parameters(net)
    net.load_state_dict(averaged.module.state_dict())
    return net.eval()


@torch.inference_mode()
def accuracy(net: VisionTransformer, digits: Digits) -> float:
    return float((net(digits.pixels).logits.argmax(-1) == digits.labels).float().mean())


def save(folder: Path, net: VisionTransformer, held_out: Digits, how: VisionTraining, n: int) -> None:
    record = {
        "architecture": "vit", "src": "", "tgt": "", "model": net.config.as_dict(), "train": asdict(how),
        "data": {"train": n, "held_out": len(held_out)},
    }  # fmt: skip
    save_model(folder, net, None, record)
    write(folder / HELD_OUT, {"images": held_out.images, "labels": held_out.labels.to(torch.uint8)})


if __name__ == "__main__":
    sys.exit(main())
