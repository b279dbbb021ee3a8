"""python -m core models | python -m core run --model NAME --text "..." [--beam N] [--out FILE.json|FILE.npz]"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import UserError
from core.i18n import sentence
from core.shelf import installed, read_info, shelf


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        if args.command == "models":
            _models(args.root)
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
        print(f"{name}\t{info.src} -> {info.tgt}\t{info.architecture}, {info.config.size}")


def _run(args: argparse.Namespace) -> None:
    if args.out and args.out.suffix not in (".json", ".npz"):
        raise ValueError(f"{args.out}: the name must end in .json or .npz")
    from core.models import load_model
    from core.tracing import Search, trace

    result = trace(load_model(args.model, args.root), args.text, Search(args.beam))
    print(result.tgt_text)
    if args.out and args.out.suffix == ".json":
        args.out.write_text(result.to_json(), "utf-8")
    elif args.out:
        args.out.write_bytes(result.to_npz())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Headlight's engine without a browser.")
    commands = parser.add_subparsers(dest="command", required=True)
    models = commands.add_parser("models", help="list what is installed")
    run = commands.add_parser("run", help="translate a text and keep every map")
    for command in (models, run):
        command.add_argument("--root", type=Path, default=shelf(), help="folder of the models")
    run.add_argument("--model", required=True)
    run.add_argument("--text", required=True)
    run.add_argument("--beam", type=int, default=1, help="hypotheses kept while searching; 1 is greedy")
    run.add_argument("--out", type=Path, help="where the trace goes: .json or .npz")
    return parser


if __name__ == "__main__":
    sys.exit(main())
