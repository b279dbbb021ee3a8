"""True or false? Things that are often said about Transformers, each with the experiment that decides.

An experiment runs on a sentence and answers with numbers alone; whether the claim holds follows from them.
"""

# In the order in which the parts come up in a lesson.
CLAIMS = (
    "after",
    "periods",
    "distribution",
    "same",
    "deck",
    "infinite",
    "diagonal",
    "batch_norm",
    "convolution",
    "repeats",
    "window",
    "explain",
)
# Put to people the other way round, as what is said against the claim: or "false" would always be the answer.
TURNED = frozenset(("periods", "same", "infinite", "batch_norm", "window"))
