"""The address that a presenter shows to others."""

from __future__ import annotations

import pytest

from core.ui import presenting


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presenting, "_in_the_network", lambda: "192.0.2.7")


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "127.0.1.5:8501", "[::1]:8501"])
def test_others_get_this_machines_name_in_the_network(host: str):
    assert presenting.for_others(f"http://{host}/masks?lang=ko") == "http://192.0.2.7:8501/masks?lang=ko"


def test_a_name_that_others_know_stays():
    address = "https://headlight.example/?sentence=%EB%82%98%EB%8A%94&step=heads"
    assert presenting.for_others(address) == address


def test_others_do_not_present_and_the_place_in_the_page_is_the_presenters():
    address = "http://10.0.0.3:8501/masks?present=on&masks.view=leak&empty=#17"
    assert presenting.for_others(address) == "http://10.0.0.3:8501/masks?masks.view=leak&empty="


def test_without_a_network_the_address_stays_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(presenting, "_in_the_network", lambda: "")
    assert presenting.for_others("http://localhost:8501/") == "http://localhost:8501/"
    assert presenting._is_here("localhost")
    assert not presenting._is_here("headlight.example")
