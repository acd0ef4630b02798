"""Who goes on under another id is told by its trade, and nobody where all buy the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Past, day_of, open_ledger
from segml.losses.successors import EARLIEST, LATEST, LEAST_ALIKE, followed
from segml.words.plan import Economics, LedgerPlan, SourcePlan

END = day_of(dt.date(2024, 1, 1))
LAST = END - 200
STAYED = [f"s{n:02d}" for n in range(30)]
OTHERS = [f"n{n:02d}" for n in range(12)]
Opened = Callable[..., Past]
Row = tuple[str, pd.Timestamp, str, float]


def orders(client: str, goods: list[int], *, first: int, last: int) -> list[Row]:
    """An order every twenty days of all of some goods, dearer the higher their number."""
    return [
        (client, pd.Timestamp(day, unit="D"), f"p{one}", 10.0 + one)
        for day in range(first, last + 1, 20)
        for one in goods
    ]


def rows(successor: int | None, *, alone: bool = True) -> list[Row]:
    """`old` buys until `LAST`, `heir` from so many days later on the same goods."""
    draws = np.random.default_rng(1)
    known = (*STAYED, *OTHERS, "old")
    basket = {each: sorted(draws.choice(60, 6, replace=False)) for each in known}
    if not alone:
        basket = dict.fromkeys(known, basket["old"])
    found = [
        row for each in STAYED for row in orders(each, basket[each], first=END - 700, last=END - 5)
    ]
    for n, each in enumerate(OTHERS):  # some of them begin about when it ends
        found += orders(each, basket[each], first=LAST - 25 + 15 * n, last=END - 3)
    found += orders("old", basket["old"], first=LAST - 640, last=LAST)
    if successor is not None:
        found += orders("heir", basket["old"], first=LAST + successor, last=END - 2)
    return found


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as stack:

        def open_(told: list[Row], *, without: str = "") -> Past:
            frame = pd.DataFrame(told, columns=["client_id", "date", "product", "amount"])
            frame.drop(columns=[without] if without else []).to_parquet(tmp_path / "lines.parquet")
            plan = LedgerPlan(transactions=SourcePlan(path=str(tmp_path / "lines.parquet")))
            return stack.enter_context(open_ledger(plan, Economics())).past(END)

        yield open_


def told(past: Past) -> pd.DataFrame:
    first = past.frame(
        "SELECT client_id, min(day) AS day FROM {lines} JOIN {clients} USING (client) GROUP BY 1"
    ).set_index("client_id")["day"]
    began = {str(who): int(day) for who, day in first.items() if day >= LAST + EARLIEST}
    return followed(past, left={"old": LAST}, stayed=STAYED, began=began)


@pytest.mark.parametrize("days", [EARLIEST, 3, LATEST])
def test_who_begins_as_another_ends_and_buys_its_goods_may_be_it(opened: Opened, days: int) -> None:
    found = told(opened(rows(days)))
    assert found[["client_id", "successor", "days_between"]].values.tolist() == [
        ["old", "heir", days]
    ]
    assert found["alike"][0] > 0.6
    assert found["began"][0] == dt.date(1970, 1, 1) + dt.timedelta(days=LAST + days)


@pytest.mark.parametrize("days", [EARLIEST - 1, LATEST + 1])
def test_who_begins_at_another_time_is_another(opened: Opened, days: int) -> None:
    assert told(opened(rows(days))).empty


def test_nobody_is_told_where_nobody_took_its_place(opened: Opened) -> None:
    assert told(opened(rows(None))).empty


def test_nobody_is_told_where_all_buy_the_same(opened: Opened) -> None:
    assert told(opened(rows(3, alone=False))).empty


def test_without_products_or_a_month_of_orders_nothing_is_told(opened: Opened) -> None:
    assert told(opened(rows(3), without="product")).empty
    young = [row for row in rows(3) if row[0] != "heir"]
    basket = [(row[2], row[3]) for row in young if row[0] == "old"][:6]
    day = pd.Timestamp(END - 20, unit="D")
    young += [("heir", day, product, amount) for product, amount in basket]
    past = opened(young)
    assert followed(past, left={"old": END - 30}, stayed=STAYED, began={"heir": END - 20}).empty


def test_a_tenth_of_the_trade_is_nobodys_successor(opened: Opened) -> None:
    """However rare it be: an heir that buys a fraction of it is below the least."""
    few = [(*row[:3], row[3] * 0.1) if row[0] == "heir" else row for row in rows(3)]
    assert told(opened(few)).empty
    many = [(*row[:3], row[3] * 0.5) if row[0] == "heir" else row for row in rows(3)]
    assert LEAST_ALIKE < told(opened(many))["alike"][0] < 0.6
