"""Headlight: see what every attention head looks at. `streamlit run app.py`

Streamlit's server imports this file for `app`, and runs it as a script for each visit and each click.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st


def show() -> None:
    """The page that the address names, in its frame."""
    from core import ui

    st.set_page_config(page_title="Headlight", page_icon="🔦", layout="wide")
    page = st.navigation(
        {
            ui.t("nav.look"): [
                st.Page("pages/start.py", title=ui.t("start.nav"), icon="🧭", url_path="start"),
                st.Page("pages/heads.py", title=ui.t("heads.nav"), icon="🔦", url_path="heads", default=True),
                st.Page("pages/compare.py", title=ui.t("compare.nav"), icon="⚖️", url_path="compare"),
                st.Page("pages/whole.py", title=ui.t("whole.nav"), icon="🗺️", url_path="whole"),
                st.Page("pages/anymodel.py", title=ui.t("anymodel.nav"), icon="🔌", url_path="anymodel"),
            ],
            ui.t("nav.inside"): [
                st.Page("pages/selfattention.py", title=ui.t("selfattention.nav"), icon="🔍", url_path="selfattention"),
                st.Page("pages/masks.py", title=ui.t("masks.nav"), icon="🎭", url_path="masks"),
                st.Page("pages/positions.py", title=ui.t("positions.nav"), icon="📍", url_path="positions"),
                st.Page("pages/layer.py", title=ui.t("layer.nav"), icon="🔬", url_path="layer"),
                st.Page("pages/decoding.py", title=ui.t("decoding.nav"), icon="🎞️", url_path="decoding"),
            ],
            ui.t("nav.before"): [
                st.Page("pages/recurrence.py", title=ui.t("recurrence.nav"), icon="🔁", url_path="recurrence"),
                st.Page("pages/gradients.py", title=ui.t("gradients.nav"), icon="📉", url_path="gradients"),
                st.Page("pages/alignment.py", title=ui.t("alignment.nav"), icon="🧭", url_path="alignment"),
            ],
            ui.t("nav.built"): [
                st.Page("pages/nextword.py", title=ui.t("nextword.nav"), icon="🔮", url_path="nextword"),
                st.Page("pages/blank.py", title=ui.t("blank.nav"), icon="🧩", url_path="blank"),
                st.Page("pages/transfer.py", title=ui.t("transfer.nav"), icon="🎓", url_path="transfer"),
                st.Page("pages/vision.py", title=ui.t("vision.nav"), icon="🖼️", url_path="vision"),
            ],
            ui.t("nav.class"): [
                st.Page("pages/quiz.py", title=ui.t("quiz.nav"), icon="🙈", url_path="quiz"),
                st.Page("pages/claims.py", title=ui.t("claims.nav"), icon="🤔", url_path="claims"),
            ],
        },
        expanded=True,
    )
    ui.follow()
    ui.language_picker()
    ui.style()
    name = page.url_path or "heads"
    ui.bar(name)
    page.run()
    ui.present(name)
    ui.warm_up()
    ui.count_session()


@asynccontextmanager
async def serving(app: st.App) -> AsyncIterator[None]:
    """Around the server's life."""
    from core.ui.serving import begin  # not before: the caches of core.ui ask for streamlit's runtime

    begin()
    yield


if __name__ == "__main__":
    show()
else:
    app = st.App(__file__, lifespan=serving)
