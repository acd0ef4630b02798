"""Figures of an industry are of ten clients or more, those of the run before too: nobody's own."""

from __future__ import annotations

from typing import Any

import pytest

from segml.report.pages.page_words import peers_sentence
from segml.report.pages.profile import PeerFacts
from segml.service.facts import _peers
from segml.stores import Industry


def industry(clients: int) -> Industry:
    return Industry(clients=clients, sales=1.0, profit=1.0, risk=0.1, sales_sum=100.0 * clients)


class OneDesk:
    """A desk that knows one industry, now and then."""

    def __init__(self, now: int, then: int) -> None:
        self._told = (industry(now) if now else None, industry(then) if then else None)

    def industry(self, name: str) -> tuple[Industry | None, Industry | None]:
        assert name == "Food"
        return self._told


@pytest.mark.parametrize(
    ("now", "then", "change"),
    [(0, 0, "none"), (9, 30, "none"), (10, 0, None), (20, 1, None), (20, 9, None), (20, 10, 1.0)],
)
def test_few_clients_are_told_neither_now_nor_then(now: int, then: int, change: object) -> None:
    desk: Any = OneDesk(now, then)
    found = _peers(desk, "Food")
    assert (found is None) == (change == "none")
    assert found is None or found.sales_change == change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (None, None),
        (0.004, "as much as"),
        (-0.0049, "as much as"),
        (0.006, "+0.6 %"),
        (-0.2, "−20.0 %"),
    ],
)
def test_what_hardly_changed_is_not_told_in_figures(change: float | None, told: str | None) -> None:
    peers = PeerFacts(
        industry="Food", clients=20, sales=1.0, profit=1.0, risk=0.1, sales_change=change
    )
    said = str(peers_sentence(peers, "EUR"))
    assert "their middle risk" in said
    assert told is None or told in said
    assert ("whole industry" in said) == (told is not None)
