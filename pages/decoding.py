"""How does the model write, word by word?"""

from core import ui
from core.ui import decoding
from core.ui import decoding_beam as beam
from core.ui import decoding_shown as show

info = ui.model_picker(("transformer", "seq2seq", "gpt", *ui.WRITERS), maps=False)
text = decoding.ask_text(info)
asked = decoding.ask_search()
shown = decoding.search(info, text, asked)
if shown:
    show.output(info, text, shown, asked)
    beam.tree(info, text, shown, asked)
    show.strip(info, text, shown)
    show.teacher_forcing(info, text)
    show.cache(info, text)
ui.lesson("decoding")
