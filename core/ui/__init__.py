"""What the pages share. A page writes `from core import ui` and finds it all here."""

from core.ui.asking import ask, choice, model_picker, pick, put_pick, search_options
from core.ui.beside import beside
from core.ui.language import language, language_picker, md, t, texts
from core.ui.many import count_session
from core.ui.named import READERS, SEERS, WRITERS
from core.ui.presenting import present
from core.ui.running import run, run_or_say, warm_up
from core.ui.showing import (
    dark,
    downloads,
    file_stem,
    lesson,
    longer_than_trained,
    numbers,
    pick_name,
    picture,
    plot_config,
    share,
    style,
    translation,
)
from core.ui.tour import bar, follow
from core.ui.waiting import attempt, let_draw, tried

__all__ = [
    "READERS",
    "SEERS",
    "WRITERS",
    "ask",
    "attempt",
    "bar",
    "beside",
    "choice",
    "count_session",
    "dark",
    "downloads",
    "file_stem",
    "follow",
    "language",
    "language_picker",
    "lesson",
    "let_draw",
    "longer_than_trained",
    "md",
    "model_picker",
    "numbers",
    "pick",
    "pick_name",
    "picture",
    "plot_config",
    "present",
    "put_pick",
    "run",
    "run_or_say",
    "search_options",
    "share",
    "style",
    "t",
    "texts",
    "translation",
    "tried",
    "warm_up",
]
