"""Losses recorded on one day are told as perhaps one decision."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segml.report.at_once import AtOnceFacts, at_once_facts, at_once_sentence
from segml.report.going_on import GoingOnFacts, going_on_facts, going_on_sentence
from segml.report.table import as_table

DAY = dt.date(2026, 8, 6)


def found(*rows: tuple[str, dt.date | None, str | None, float]) -> AtOnceFacts | None:
    columns = ["kind", "left_on", "left_reason", "profit_lost"]
    return at_once_facts(as_table(pd.DataFrame(rows, columns=columns)))


def test_the_ends_recorded_on_one_day_for_one_reason_are_one_group() -> None:
    facts = found(
        *[("left", DAY, "tender lost", 100.0)] * 3,
        ("left", DAY, "bankrupt", 50.0),
        ("left", None, None, 50.0),
        ("shrunk", DAY, "tender lost", 100.0),
    )
    assert facts == AtOnceFacts(
        left_on=DAY, left_reason="tender lost", clients=3, profit_lost=300.0, share=0.6
    )
    said = at_once_sentence(facts, "EUR").replace("\u00a0", " ")
    assert said.startswith(
        "3 of them are recorded as gone on one day, 6 Aug 2026, with the reason “tender lost”: "
        "300 EUR a year, 60 % of the loss. If that was one decision"
    )


def test_without_a_reason_the_day_alone_is_told() -> None:
    facts = found(*[("left", DAY, None, 100.0)] * 3)
    assert facts is not None
    assert "gone on one day, 6 Aug 2026: 300" in at_once_sentence(facts).replace("\u00a0", " ")


def test_two_of_a_day_or_none_recorded_are_no_group() -> None:
    assert found(*[("left", DAY, "tender lost", 100.0)] * 2) is None
    assert found(*[("left", None, None, 100.0)] * 5) is None
    assert found() is None


def test_losses_that_may_be_none_are_counted_with_their_money() -> None:
    losses = pd.DataFrame({"client_id": ["a", "b", "c"], "profit_lost": [60.0, 30.0, 10.0]})
    followed = pd.DataFrame({"client_id": ["b", "c"], "successor": ["x", "y"]})
    facts = going_on_facts(as_table(losses), as_table(followed))
    assert facts == GoingOnFacts(clients=2, profit_lost=40.0, share=0.4)
    said = going_on_sentence(facts, "EUR").replace("\u00a0", " ")
    assert said.startswith(
        "2 of them may buy on under another id: 40 EUR a year, 40 % of the loss. As each ended"
    )
    assert going_on_facts(as_table(losses), as_table(followed.head(0))) is None
    relief = pd.DataFrame({"client_id": ["b"], "profit_lost": [-5.0]})
    assert going_on_facts(as_table(relief), as_table(followed)) is None
