"""Days left: the shorter of silence and warning; nothing where nothing has begun."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from segml.ledger import date_of
from segml.losses.days_left import LEAST_LEADS, days_left, lead_days
from segml.losses.silence import Silence

END = 1000
LEADS = {"": 90.0, "price": 40.0}
OVERDUE = Silence(last=950, due_on=980, late_on=990, lost_on=1025, sure_on=1060, gaps=9)


def left(
    quiet: Silence | None = None,
    warned_on: int | None = None,
    reason: str | None = None,
    leads: Mapping[str, float] = LEADS,
) -> float | None:
    return days_left(end=END, quiet=quiet, warned_on=warned_on, reason=reason, leads=leads)


def losses(*rows: tuple[str, str, int]) -> pd.DataFrame:
    told = [(client, reason, date_of(day)) for client, reason, day in rows]
    return pd.DataFrame(told, columns=["client_id", "reason_1", "lost_on"])


def test_an_overdue_client_has_until_its_silence_breaks_its_rhythm() -> None:
    assert left(OVERDUE) == 25.0


def test_a_client_that_is_not_overdue_and_not_warned_of_has_no_date() -> None:
    assert (
        left(Silence(last=990, due_on=995, late_on=1001, lost_on=1060, sure_on=1090, gaps=9))
        is None
    )
    assert left() is None


def test_a_warning_runs_out_by_the_lead_of_the_shared_reason() -> None:
    assert left(warned_on=980, reason="price") == 20.0


@pytest.mark.parametrize("reason", [None, "service"])
def test_without_a_lead_of_its_own_reason_that_of_all_losses_counts(reason: str | None) -> None:
    assert left(warned_on=980, reason=reason) == 70.0


def test_a_warning_that_has_stood_longer_than_usual_leaves_no_day_and_never_less() -> None:
    assert left(warned_on=500, reason="price") == 0.0


def test_without_any_lead_a_warning_has_no_date() -> None:
    assert left(warned_on=980, reason="price", leads={}) is None


def test_the_shorter_of_silence_and_warning_counts() -> None:
    assert left(OVERDUE, warned_on=980, reason="price") == 20.0
    assert left(OVERDUE, warned_on=999, reason="price") == 25.0


def test_the_lead_is_the_median_of_warned_losses_only() -> None:
    rows = [(f"c{days}", "price", 500 + days) for days in (10, 20, 30, 40, 900)]
    warned: dict[str, int | None] = {client: 500 for client, _, _ in rows}
    told = losses(*rows, ("silent", "price", 501))
    assert lead_days(told, warned | {"silent": None}) == {"": 30.0, "price": 30.0}
    assert lead_days(told, warned | {"silent": 500})["price"] == 25.0


def test_a_reason_with_too_few_warned_losses_has_no_lead_of_its_own() -> None:
    few = [(f"p{place}", "price", 510) for place in range(LEAST_LEADS - 1)]
    told = losses(*few, ("s", "service", 560))
    assert lead_days(told, dict.fromkeys(told["client_id"], 500)) == {"": 10.0}
    assert lead_days(told.head(LEAST_LEADS - 1), dict.fromkeys(told["client_id"], 500)) == {}
