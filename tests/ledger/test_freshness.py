"""Whether rows were still coming in at a day is told by the rows alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from segml.ledger import Ledger, day_of, require_fresh
from segml.words.errors import StaleLedger

HEADER = "client_id,date,amount\n"
START = dt.date(2011, 1, 1)
LAST = day_of(START) + 99
DAILY = "".join(f"a,{START + dt.timedelta(day)},1\n" for day in range(100))


def test_a_stale_ledger_is_refused_with_the_date_to_pass(opened: Callable[..., Ledger]) -> None:
    ledger = opened("client_id,date,amount\na,2011-01-01,1\n")
    last = day_of(dt.date(2011, 1, 1))
    require_fresh(ledger, last + 8)
    with pytest.raises(StaleLedger, match="pass 2011-01-02") as refused:
        require_fresh(ledger, last + 9)
    assert refused.value.exit_code == 3
    assert "--to" in str(refused.value)  # a loss analysis and a backfill have no --as-of


@pytest.mark.parametrize("later", ["b,2090-01-01,1\n", "b,2011-07-01,1\n"])
def test_one_line_of_later_is_no_sign_that_rows_came_in(
    opened: Callable[..., Ledger], later: str
) -> None:
    ledger = opened(HEADER + DAILY + later)
    require_fresh(ledger, LAST + 8)
    with pytest.raises(StaleLedger, match=r"of 2011-04-10 \(but for 1 dated later.*2011-04-11"):
        require_fresh(ledger, LAST + 9)


def test_a_ledger_that_goes_on_after_a_pause_is_fresh_in_it(opened: Callable[..., Ledger]) -> None:
    ledger = opened(HEADER + DAILY + "b,2011-06-01,1\nb,2011-06-02,1\n")
    require_fresh(ledger, LAST + 30)


@pytest.mark.parametrize("before", [0, 1, 400])
def test_a_day_before_the_first_row_is_not_stale(
    opened: Callable[..., Ledger], before: int
) -> None:
    require_fresh(opened(HEADER + DAILY), day_of(START) - before)
    require_fresh(opened(HEADER + "a,2011-01-01,1\n"), day_of(START) - before)
