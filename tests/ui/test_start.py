"""The first picture waits for no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

APP = Path(__file__).parents[2] / "app.py"
RUN = f"""
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(APP)!r}, default_timeout=120).run()
drawn = [kind for kind in ("bidi_component", "plotly_chart") if at.get(kind)]
print(*drawn, *({{"pandas", "pyarrow", "torch", "transformers", "plotly.express"}} & set(sys.modules)))
"""


def test_a_fresh_server_draws_its_first_page_without_torch_and_pandas():
    """Each takes half a second and more; whatever passes a table or a dictionary to streamlit may bring pandas in."""
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True, cwd=APP.parent)
    assert done.stdout.split() == ["bidi_component", "plotly_chart"]
