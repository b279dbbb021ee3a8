"""Training on several processes, here two on one CPU, joined by gloo as `accelerate launch --cpu` would join them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

ROOT = Path(__file__).parents[2]


def launch(corpus: Path, out: Path) -> list[tuple[int, str]]:
    """Exit code and output of both processes. A port may be taken between asking and using it: then once more."""
    for _ in range(3):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        processes = [
            subprocess.Popen(
                [sys.executable, str(ROOT / "tests" / "train" / "two_processes.py"), str(corpus), str(out)],
                cwd=ROOT,
                env=os.environ
                | {
                    "PYTHONPATH": str(ROOT),
                    "ACCELERATE_USE_CPU": "true",
                    "CUDA_VISIBLE_DEVICES": "",
                    "OMP_NUM_THREADS": "1",
                    "MASTER_ADDR": "127.0.0.1",
                    "MASTER_PORT": port,
                    "WORLD_SIZE": "2",
                    "LOCAL_WORLD_SIZE": "2",
                    "RANK": str(rank),
                    "LOCAL_RANK": str(rank),
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for rank in range(2)
        ]
        try:
            outputs = [process.communicate(timeout=120)[0] for process in processes]
        finally:
            for process in processes:
                process.kill()
        if not any("address already in use" in output.lower() for output in outputs):
            break
    return [(process.returncode, output) for process, output in zip(processes, outputs, strict=True)]


def test_two_processes_share_the_data_stop_together_and_end_with_equal_weights(corpus: Path, tmp_path: Path):
    for code, output in launch(corpus, tmp_path):
        assert code == 0, output
    records = [json.loads((tmp_path / f"rank{rank}.json").read_text("utf-8")) for rank in range(2)]
    assert [r["world"] for r in records] == [2, 2]

    # Ctrl-C in one of them stops both, after the same update; the run goes on from there.
    assert [(r["stopped"], r["resumed"]) for r in records] == [([3], 3)] * 2
    assert [r["epochs"] for r in records] == [2, 2]

    # In the first epoch nobody read what the other read, and together they read nearly all.
    sources = [line.split("\t")[0] for line in corpus.read_text("utf-8").splitlines()]
    once = {s for s in sources if sources.count(s) == 1}
    assert not set(records[0]["first"]) & set(records[1]["first"]) & once
    assert len(records[0]["first"]) > 0
    assert len(records[0]["read"]) + len(records[0]["first"]) < 0.8 * 2 * len(sources)

    weights = [load_file(tmp_path / f"rank{rank}.safetensors") for rank in range(2)]
    for name, tensor in weights[0].items():
        assert torch.equal(tensor, weights[1][name]), name
    assert (tmp_path / "model.safetensors").exists()
