"""What order lines are worth by month, on a ledger written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, worth
from segml.ledger.volumes import WINDOWS

LINES = """client_id,date,amount,cost,discount,product,category
a,2024-01-01,10,5,0,p,x
a,2024-02-10,10,8,1,p,x
b,2024-02-29,30,12,3,q,x
b,2024-02-29,-10,-5,0,p,x
a,2024-03-01,10,5,0,r,y
"""


def table(ledger: Ledger, day: dt.date) -> pd.DataFrame:
    return worth(ledger.past(day_of(day))).set_index("kind")


def test_the_worth_is_that_of_the_windows_order_lines(opened: Callable[..., Ledger]) -> None:
    found = table(opened(LINES), dt.date(2024, 3, 1))
    assert found[0].to_dict() == {
        "amount a line": 20.0,
        "cost by amount": 0.5,
        "discount by amount": pytest.approx(0.1),
        "categories": 1.0,
        "products": 2.0,
    }
    assert found.loc["cost by amount", 1] == 0.5
    assert set(found["table"]) == {"transactions"}


def test_what_the_ledger_lacks_is_not_asked_and_windows_without_a_line_are_missing(
    opened: Callable[..., Ledger],
) -> None:
    found = table(opened("client_id,date,amount\na,2024-01-01,10\n"), dt.date(2024, 3, 10))
    assert found.index.tolist() == ["amount a line"]
    assert np.isnan(found.loc["amount a line", range(WINDOWS)].to_numpy(float)[[0, 2, 3]]).all()


def test_later_rows_change_nothing(opened: Callable[..., Ledger]) -> None:
    day, short = dt.date(2024, 2, 29), "\n".join(LINES.splitlines()[:3])
    assert table(opened(short), day).equals(table(opened(LINES), day))
