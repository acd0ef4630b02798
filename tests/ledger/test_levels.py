"""Yearly changes: the same clients, the same season, a year apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from segml.ledger import Ledger, yearly_changes

DAY = dt.date(2024, 1, 1)
Opened = Callable[..., Ledger]


def _line(client: str, ago: int, amount: float) -> str:
    return f"{client},{DAY - dt.timedelta(days=ago)},{amount}"


def _changes(opened: Opened, *lines: str) -> dict[int, float]:
    ledger = opened("\n".join(["client_id,date,amount", *lines]))
    return {int(str(k)): float(v) for k, v in yearly_changes(ledger.past(DAY)).items()}


def test_a_quarter_is_compared_with_the_same_clients_a_year_before(opened: Opened) -> None:
    found = _changes(
        opened,
        _line("a", 900, 1.0),
        _line("a", 400, 100.0),
        _line("a", 30, 150.0),
        _line("new", 390, 500.0),  # first bought within the quarter compared with
        _line("new", 20, 900.0),
    )
    assert found == {0: pytest.approx(np.log(1.5))}


def test_rows_of_the_date_or_later_change_nothing(opened: Opened) -> None:
    rows = [_line("a", 900, 1.0), _line("a", 400, 100.0), _line("a", 30, 150.0)]
    one = _changes(opened, *rows)
    assert one == _changes(opened, *rows, _line("a", 0, 5000.0), _line("b", -3, 9.0))


def test_a_quarter_without_earnings_says_nothing(opened: Opened) -> None:
    assert _changes(opened, _line("a", 900, 1.0), _line("a", 400, 100.0)) == {}
