"""python -m core models | python -m core run --model NAME --text "..." [--beam N] [--out FILE.json|FILE.npz]
python -m core export --model NAME --out FOLDER

--model may also be the folder of a Hugging Face model, or its name on the Hub (owner/name); only such a name that is
not on this machine yet makes anything leave it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import ModelError, UserError
from core.i18n import sentence
from core.shelf import installed, read_info, shelf
from core.trace import AttentionMap, Trace


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        if args.command == "models":
            _models(args.root)
        elif args.command == "export":
            _export(args)
        else:
            _run(args)
    except UserError as error:
        print(sentence("en", error), file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _models(root: Path) -> None:
    for name in installed(root):
        info = read_info(name, root)
        languages = f"{info.src} -> {info.tgt}" if info.src else "pictures"
        print(f"{name}\t{languages}\t{info.architecture}, {info.config.size}")


def _export(args: argparse.Namespace) -> None:
    """One of our models as a folder that transformers loads."""
    from core.hub.export import export
    from core.models import load_model

    made = export(load_model(args.model, args.root), args.out)
    print(f"{args.out}: transformers' {made} and PreTrainedTokenizerFast load it.")


def _run(args: argparse.Namespace) -> None:
    if args.out and args.out.suffix not in (".json", ".npz"):
        raise ValueError(f"{args.out}: the name must end in .json or .npz")
    result = _ours(args) if args.model in installed(args.root) else _foreign(args)
    wrote = result.tgt_text or result.steps  # a tiny model may write nothing but special tokens
    print(result.tgt_text if wrote else "\n".join(map(_described, result.maps)))
    if args.out and args.out.suffix == ".json":
        args.out.write_text(result.to_json(), "utf-8")
    elif args.out:
        args.out.write_bytes(result.to_npz())


def _ours(args: argparse.Namespace) -> Trace:
    from core.models import load_model
    from core.tracing import Search, trace

    model = load_model(args.model, args.root)
    if args.picture or args.text_pair:
        raise ValueError(f"{args.model} reads one text: neither --picture nor --text-pair")
    return trace(model, args.text, Search(args.beam))


def _foreign(args: argparse.Namespace) -> Trace:
    """A model of Hugging Face's: its folder, or its name on the Hub."""
    from core.hub import files, loading, naming
    from core.hub.tracing import trace
    from core.hub.vision import trace_picture
    from core.tracing import Search

    named = naming.named(args.model)
    folder = files.found(named)
    if folder is None and "/" not in args.model:  # more likely a slip of the pen than a name on the Hub
        raise ModelError("model_missing", name=args.model, installed=", ".join(installed(args.root)) or "-")
    if folder is None:
        print(f"{args.model} is not on this machine: asking the Hugging Face Hub for it.", file=sys.stderr)
        folder = files.fetch(named, _progress)
        print(file=sys.stderr)
    model = loading.load(folder, args.model)
    if args.picture:
        return trace_picture(model, args.picture.read_bytes(), args.picture.name)
    return trace(model, args.text, args.text_pair, Search(args.beam))


def _progress(done: int, total: int) -> None:
    print(f"\r{done / 1e6:.1f} of {total / 1e6:.1f} MB", end="", file=sys.stderr)


def _described(attn: AttentionMap) -> str:
    """For a model that writes nothing."""
    size = f"{len(attn.queries)} queries, {len(attn.keys)} keys"
    return f"{attn.kind}: {attn.n_layers} layers, {attn.n_heads} heads, {size}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Headlight's engine without a browser.")
    commands = parser.add_subparsers(dest="command", required=True)
    models = commands.add_parser("models", help="list what is installed")
    run = commands.add_parser("run", help="read a text and keep every map")
    export = commands.add_parser("export", help="save an installed model for the library transformers")
    for command in (models, run, export):
        command.add_argument("--root", type=Path, default=shelf(), help="folder of the models")
    run.add_argument("--model", required=True, help="one that is installed, or a Hugging Face model's folder or name")
    read = run.add_mutually_exclusive_group(required=True)
    read.add_argument("--text")
    read.add_argument("--picture", type=Path, help="for a Vision Transformer: a PNG or JPEG")
    run.add_argument("--text-pair", default="", help="a second text, for models that read two (BERT)")
    run.add_argument("--beam", type=int, default=1, help="hypotheses kept while searching; 1 is greedy")
    run.add_argument("--out", type=Path, help="where the trace goes: .json or .npz")
    export.add_argument("--model", required=True, help="one that is installed")
    export.add_argument("--out", type=Path, required=True, help="a new folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
