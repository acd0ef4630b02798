from __future__ import annotations

import pandas as pd
import pytest

from segml.losses.evidence import MOST_ROWS, RULES, TEXT_CODES, Trail, evidence

LINES = pd.DataFrame(
    [
        # row_key, day, product, category, quantity, amount, discount, profit, is_return
        ("o1", 100, "p", "tea", 10.0, 100.0, 0.0, 50.0, False),
        ("o2", 200, "p", "tea", 10.0, 100.0, 0.0, 50.0, False),
        ("o3", 300, "q", "ink", 10.0, 20.0, 0.0, 10.0, False),
        ("o4", 420, "p", "tea", 10.0, 130.0, 0.0, 80.0, False),
        ("o5", 450, "q", "ink", 10.0, 15.0, 5.0, 1.0, False),
        ("r1", 460, "q", "ink", -5.0, -8.0, 0.0, -9.0, True),
    ],
    columns=[
        *("row_key", "day", "product", "category", "quantity"),
        *("amount", "discount", "profit", "is_return"),
    ],
)


def told(reason: str, kind: str = "left", withdrawn: frozenset[str] = frozenset()) -> list[tuple]:
    trail = Trail(lines=LINES, onset=430, explained_at=500, kind=kind, withdrawn=withdrawn)
    rows = evidence({"a": trail}, {"a": (reason,)})
    rows = rows[rows["reason"] == reason]
    return list(zip(rows["row_key"], rows["text_code"], rows["amount"], strict=True))


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("unknown", [("o5", "last_order", 15.0)]),
        ("price", [("o4", "unit_price_above_earlier", 30.0)]),
        ("service", [("r1", "goods_returned", 8.0)]),
        ("competitor", [("o4", "favourite_category_last", 200.0)]),
        (
            "margin",
            [("o5", "discount_above_earlier", 5.0), ("o5", "margin_below_earlier", 6.5)],
        ),
    ],
)
def test_each_reason_shows_the_rows_that_carry_it(reason: str, expected: list[tuple]) -> None:
    assert told(reason) == [(key, code, pytest.approx(amount)) for key, code, amount in expected]


def test_a_withdrawn_product_shows_its_last_purchase() -> None:
    rows = told("assortment", withdrawn=frozenset({"q"}))
    assert rows == [("o5", "withdrawn_product_last", 35.0)]


def test_a_shrunk_client_shows_its_late_orders_and_an_unprofitable_one_those_at_a_loss() -> None:
    assert [code for _, code, _ in told("unknown", "shrunk")] == ["last_order"]
    assert ("r1", "order_at_a_loss", -9.0) in told("unknown", "unprofitable")


def test_no_more_rows_are_shown_than_a_reader_can_hold() -> None:
    many = pd.concat([LINES.assign(row_key=f"x{i}", day=LINES["day"] + i) for i in range(6)])
    trail = Trail(lines=many, onset=430, explained_at=520, kind="left", withdrawn=frozenset())
    rows = evidence({"a": trail}, {"a": ("service",)})
    assert (rows["text_code"] == "goods_returned").sum() == MOST_ROWS


def test_every_reason_has_a_rule_or_waits_for_its_table() -> None:
    assert set(RULES) | {"payment", "manager"} == {
        *("price", "service", "assortment", "manager", "payment", "competitor", "margin"),
        "unknown",
    }
    assert all(TEXT_CODES.values())
