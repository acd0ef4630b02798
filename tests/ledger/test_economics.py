from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import pytest

from segml.ledger import Ledger, day_of, profit
from segml.words.plan import Economics

LINES = (
    "client_id,date,amount,order_id,cost\n"
    "a,2011-01-01,100,o1,60\na,2011-01-01,50,o1,30\na,2011-01-20,-40,o2,-24\n"
    "b,2011-02-10,10,o3,20\n"
)
CLIENTS = (
    "client_id,acquired_on,acquisition_cost\na,2010-12-22,365\nb,,73\np,2011-01-01,36.5\nq,,99\n"
)
RATES = Economics(order=3, return_=5, commission_rate=0.1, acquisition_months=12)


def day(text: str) -> int:
    return day_of(dt.date.fromisoformat(text))


def test_profit_is_amount_less_goods_service_and_acquisition(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES, CLIENTS, economics=RATES).past(dt.date(2011, 2, 1))
    found = profit(past, day("2011-01-01"), day("2011-01-31"))
    assert found.index.tolist() == ["a", "b", "p", "q"]
    a = found.loc["a"]
    assert a["revenue"] == 110
    assert a["cost_of_goods"] == 66
    assert a["commission"] == pytest.approx(11)
    assert (a["order_handling"], a["return_handling"]) == (3, 5)
    assert a["acquisition"] == pytest.approx(30)
    assert a["cost_to_serve"] == pytest.approx(19)
    assert a["profit"] == pytest.approx(110 - 66 - 19 - 30)
    assert found.loc["b", "profit"] == 0
    assert found.loc["p", "profit"] == pytest.approx(-3)
    assert found.loc["q", "profit"] == 0


def test_profit_stays_negative(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES, economics=RATES).past(99_999)
    assert profit(past, 0, 99_999).loc["b", "profit"] == pytest.approx(-14)


def test_profit_adds_up_over_windows(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES, CLIENTS, economics=RATES).past(day("2012-06-01"))
    edges = [day(text) for text in ("2010-12-01", "2011-01-10", "2011-02-10", "2012-06-01")]
    parts = [profit(past, lo, hi) for lo, hi in itertools.pairwise(edges)]
    whole = profit(past, edges[0], edges[-1])
    total = parts[0] + parts[1] + parts[2]
    assert (total - whole).abs().to_numpy().max() < 1e-9


def test_acquisition_is_spread_from_the_first_purchase_where_no_date_is_known(
    opened: Callable[..., Ledger],
) -> None:
    past = opened(LINES, CLIENTS, economics=RATES).past(day("2012-06-01"))
    first = day("2011-02-10")
    assert profit(past, first, first + 73).loc["b", "acquisition"] == pytest.approx(14.6)
    assert profit(past, first, first + 900).loc["b", "acquisition"] == pytest.approx(73)
    assert profit(past, first - 900, first).loc["b", "acquisition"] == 0


def test_line_profit_is_additive_with_serve(opened: Callable[..., Ledger]) -> None:
    past = opened(LINES, economics=RATES).past(99_999)
    by_line = past.frame(
        "SELECT client_id, sum(amount - cost - serve) AS profit FROM {lines} "
        "JOIN {clients} USING (client) GROUP BY 1 ORDER BY 1"
    ).set_index("client_id")["profit"]
    assert (by_line - profit(past, 0, 99_999)["profit"]).abs().max() < 1e-9
