"""One absurd date must not rule everything in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from segml.ledger import Check, Ledger, day_of
from segml.ledger.isolation import cut_off

HEADER = "client_id,date,amount\n"
START = dt.date(2010, 1, 1)
USUAL = "".join(f"a,{START + dt.timedelta(day)},1\n" for day in range(0, 400, 4))
TODAY = day_of(dt.date(2011, 3, 1))


def test_a_line_of_the_future_is_quarantined(opened: Callable[..., Ledger]) -> None:
    ledger = opened(HEADER + USUAL + "b,2099-01-01,1\n", today=TODAY)
    assert ledger.quarantine()["code"].tolist() == ["date_in_future"]
    assert ledger.last_day == day_of(dt.date(2011, 2, 1))
    (finding,) = ledger.findings.of("date_in_future")
    assert (finding.severity, finding.count) == ("warning", 1)
    assert "2011-03-02" in finding.message
    assert ledger.findings.of("isolated_dates") == ()


def test_a_line_of_tomorrow_may_be_todays_in_another_zone(checked: Callable[..., Check]) -> None:
    rows = HEADER + USUAL + "b,2011-03-02,1\nb,2011-03-03,1\n"
    assert checked(rows, today=TODAY).quarantine["row"].tolist() == [102]
    assert checked(rows).quarantine.empty


def test_a_line_beyond_the_calendar_is_named_once(checked: Callable[..., Check]) -> None:
    check = checked(HEADER + USUAL + "b,2101-01-01,1\n", today=TODAY)
    assert check.quarantine["code"].tolist() == ["date_out_of_range"]
    assert check.findings.of("date_in_future") == ()


def test_too_many_lines_of_the_future_are_an_error(checked: Callable[..., Check]) -> None:
    rows = HEADER + "a,2011-01-01,1\nb,2012-01-01,1\n"
    (finding,) = checked(rows, today=TODAY).findings.of("date_in_future")
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("b,2099-01-01,1\n", ("dated 2099-01-01,", "after all others", "last day")),
        ("b,1970-01-02,1\n", ("dated 1970-01-02,", "before all others", "first day")),
    ],
)
def test_a_line_alone_in_its_century_is_reported_and_kept(
    checked: Callable[..., Check], row: str, words: tuple[str, ...]
) -> None:
    check = checked(HEADER + USUAL + row)
    (finding,) = check.findings.of("isolated_dates")
    assert (finding.severity, finding.column) == ("warning", "date")
    assert (finding.count, finding.total) == (1, 101)
    assert all(word in finding.message for word in words)
    assert check.counts["transactions"].kept == 101


def test_both_ends_are_reported_apart(checked: Callable[..., Check]) -> None:
    rows = HEADER + "b,1970-01-02,1\n" + USUAL + "b,2099-01-01,1\n"
    first, last = checked(rows).findings.of("isolated_dates")
    assert "1970-01-02" in first.message
    assert "2099-01-01" in last.message


def daily(
    days: int, *, every: int = 1, lines: int = 5, start: int = 15_000
) -> list[tuple[int, int]]:
    return [(start + day, lines) for day in range(0, days, every)]


def test_a_few_lines_in_thousands_may_be_a_mistake_and_more_are_none() -> None:
    usual = daily(1000, lines=4)
    assert cut_off([(1, 2), (900, 2), *usual]) == {"before": [(1, 2), (900, 2)]}
    assert cut_off([(1, 3), (900, 2), *usual]) == {}


def test_a_gap_is_held_against_the_ledgers_own_rhythm() -> None:
    assert cut_off([*daily(900, every=30), (15_000 + 870 + 366, 1)]).keys() == {"after"}
    assert cut_off([*daily(900, every=90), (15_000 + 810 + 800, 1)]) == {}
    assert cut_off([*daily(900, every=90), (15_000 + 810 + 901, 1)]).keys() == {"after"}
    assert cut_off([*daily(300), (15_299 + 365, 1)]) == {}


def test_a_company_that_paused_for_years_is_no_mistake() -> None:
    assert cut_off([*daily(300), *daily(300, start=17_000)]) == {}


@pytest.mark.parametrize("days", [[], [(1, 1)], [(1, 1), (9_000, 1)], [*daily(8), (40_000, 1)]])
def test_without_a_rhythm_no_date_is_absurd(days: list[tuple[int, int]]) -> None:
    assert cut_off(days) == {}


def test_lines_that_are_quarantined_or_filtered_are_not_counted(
    checked: Callable[..., Check],
) -> None:
    rows = HEADER + USUAL + "b,1970-01-02,ten\nb,1970-01-03,7\n"
    assert checked(rows, where="amount <> '7'").findings.of("isolated_dates") == ()
