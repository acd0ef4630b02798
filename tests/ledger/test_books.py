"""The books hold what the lines say, added up by day, and what no summing order changes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pandas as pd
import pytest

from segml.ledger import Ledger, Past, books
from segml.words.errors import DataRefused
from segml.words.plan import Economics

ALL = 99_999
MONEY = ["amount", "profit", "cost", "serve", "discount"]
SUMMED = [*MONEY, "bought", "returned", "orders", "returns", "lines"]


def written(seed: int) -> str:
    draw = Random(seed)
    return "client_id,date,amount,order_id,product,quantity,cost,discount\n" + "".join(
        f"c{draw.randrange(7)},2011-01-{draw.randrange(1, 10):02},"
        f"{draw.randrange(-300, 900) / 100},"
        f"{draw.choice(['', 'o1', 'o2', 'o3'])},{draw.choice(['', 'p1', 'p2'])},"
        f"{draw.choice(['', '1', '3'])},{draw.randrange(300) / 100},{draw.randrange(9) / 100}\n"
        for _ in range(300)
    )


@pytest.fixture
def past(opened: Callable[..., Ledger]) -> Past:
    economics = Economics(order=1.25, return_=0.5, commission_rate=0.03)
    return opened(written(4), economics=economics).past(ALL)


def money_by(past: Past, by: str) -> pd.DataFrame:
    """The lines' money, rounded to millionths as the books hold it, added up by pandas."""
    lines = past.frame("SELECT *, amount - cost - serve AS profit FROM {lines}")
    lines[MONEY] = (lines[MONEY] * 1e6).round().astype("int64")
    lines["discount"] = lines["discount"].where(~lines["is_return"], 0)
    lines["bought"] = lines["amount"].where(~lines["is_return"], 0)
    lines["returned"] = -lines["amount"].where(lines["is_return"], 0)
    lines["orders"], lines["returns"] = lines["is_order"], lines["is_return_order"]
    lines["lines"] = 1
    return lines.groupby(by.split(", "))[SUMMED].sum()


def test_days_add_up_the_lines_of_a_client_and_day(past: Past) -> None:
    expected = money_by(past, "client, day")
    found = past.frame("SELECT * FROM {days}").set_index(["client", "day"])[list(expected)]
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert (expected["returned"] > 0).any()


def test_purchases_are_the_orders_that_bought_something(past: Past) -> None:
    documents = money_by(past, "client, order_key, day")
    expected = documents[documents["orders"] > 0].reset_index()
    columns = ["client", "day", "lines", "bought", "profit", "discount"]
    pd.testing.assert_frame_equal(
        past.frame("SELECT * FROM {purchases}")[columns].sort_values(columns, ignore_index=True),
        expected[columns].sort_values(columns, ignore_index=True),
        check_dtype=False,
    )
    assert len(expected) < len(documents)


def test_product_totals_are_of_priced_lines_of_all_clients(past: Past) -> None:
    lines = past.frame("SELECT * FROM {lines}")
    sold = lines[~lines["is_return"] & lines["product"].notna() & (lines["amount"] > 0)]
    priced = sold[sold["quantity"] > 0]
    by = ["product", "day"]
    expected = pd.DataFrame(
        {
            "lines": sold.groupby(by).size(),
            "paid": (priced["amount"] * 1e6).round().groupby([priced[k] for k in by]).sum(),
            "quantity": (priced["quantity"] * 1e6).round().groupby([priced[k] for k in by]).sum(),
        }
    ).fillna(0)
    found = past.frame("SELECT * FROM {product_totals}").set_index(by)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert len(priced) < len(sold)


def test_the_books_are_the_same_for_any_number_of_parts(
    opened: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for size in (300, 60, 15):
        monkeypatch.setattr(books, "PART_LINES", size)
        past = opened(written(5)).past(ALL)
        found.append([past.frame(f"SELECT * FROM {{{name}}}") for name in ("purchases", "days")])
    for other in found[1:]:
        for mine, first in zip(other, found[0], strict=True):
            pd.testing.assert_frame_equal(mine, first)


def test_the_books_of_a_past_end_before_its_day(opened: Callable[..., Ledger]) -> None:
    rows = "client_id,date,amount\na,2011-01-01,1\na,2011-01-02,2\nb,2011-01-02,4\n"
    past = opened(rows).past(14976)
    days = past.frame("SELECT client, day, amount FROM {days}")
    assert days.values.tolist() == [[0, 14975, 10**6]]
    assert past.frame("SELECT bought FROM {purchases}")["bought"].tolist() == [10**6]


def test_a_day_beyond_what_is_summed_exactly_is_refused(opened: Callable[..., Ledger]) -> None:
    with pytest.raises(DataRefused, match=r"9\.2e12"):
        opened("client_id,date,amount\n" + "a,2011-01-01,1.9e12\n" * 5)
