from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from segml.losses.evidence import RULES, TEXT_CODES, evidence
from segml.losses.trail import MOST_ROWS, Trail, by_client
from segml.words.feature import REASONS

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


CONTACTS = pd.DataFrame(
    [
        # row_key, day, kind, minutes, cost, resolved_day, outcome
        ("old", 100, "complaint", 9.0, 1.0, 110, "upheld"),
        ("v", 365, "visit", 60.0, 50.0, None, None),
        ("v late", 445, "visit", 60.0, 50.0, None, None),  # after the decline began
        ("long", 400, "complaint", 9.0, 1.0, 460, "upheld"),
        ("short", 410, "complaint", 9.0, 1.0, 412, None),
        ("denied", 415, "complaint", 9.0, 1.0, 416, "rejected"),
        ("open", 440, "complaint", 9.0, 1.0, None, None),
        ("settled later", 450, "complaint", 9.0, 1.0, 510, "upheld"),
        ("ask", 470, "discount_request", 5.0, 1.0, None, None),
        ("back", 475, "return_request", 5.0, 1.0, None, None),
        ("after", 505, "call", 5.0, 1.0, None, None),
    ],
    columns=["row_key", "day", "kind", "minutes", "cost", "resolved_day", "outcome"],
).astype({"resolved_day": "Int64"})
BILLS = pd.DataFrame(
    [
        ("ancient", 80, 110, None, 900.0),
        ("in time", 380, 410, 400, 50.0),
        ("late", 390, 420, 450, 60.0),
        ("paid after", 420, 450, 520, 70.0),
        ("unpaid", 440, 470, None, 80.0),
        ("credit", 440, 470, None, -30.0),
        ("not due", 480, 510, None, 90.0),
    ],
    columns=["row_key", "issued_day", "due_day", "paid_day", "amount"],
).astype({"paid_day": "Int64"})
EVENTS = pd.DataFrame(
    [
        # event_id, day, kind, scope, scope_value, magnitude, touched, share
        ("rise", 430, "price_change", "category", "tea", 0.1, 500.0, 0.5),
        ("cut", 435, "price_change", "category", "ink", -0.1, 500.0, 0.5),
        ("gone", 436, "product_withdrawal", "product", "q", None, 40.0, 0.1),
        ("new", 437, "manager_change", "manager", "Ann", None, 1000.0, 1.0),
        ("down", 438, "service_outage", "region", "north", None, 1000.0, 1.0),
        ("rival", 439, "competitor_entry", "all", None, None, 1000.0, 1.0),
        ("long ago", 100, "competitor_entry", "all", None, None, 1000.0, 1.0),
        ("after it began", 445, "competitor_entry", "all", None, None, 1000.0, 1.0),
        ("later", 510, "competitor_entry", "all", None, None, 1000.0, 1.0),
    ],
    columns=[
        *("event_id", "day", "kind", "scope", "scope_value"),
        *("magnitude", "touched", "share"),
    ],
)


def trail_of(
    lines: pd.DataFrame = LINES,
    *,
    kind: str = "left",
    withdrawn: frozenset[str] = frozenset(),
    explained_at: int = 500,
    recorded: bool = False,
    onset: int = 430,
) -> Trail:
    keep = slice(None) if recorded else slice(0)
    return Trail(
        lines=lines,
        contacts=CONTACTS[keep],
        bills=BILLS[keep],
        events=EVENTS[keep],
        onset=onset,
        begun_by=onset + 10,
        explained_at=explained_at,
        kind=kind,
        withdrawn=withdrawn,
    )


def told(reason: str, kind: str = "left", withdrawn: frozenset[str] = frozenset()) -> list[tuple]:
    rows = evidence({"a": trail_of(kind=kind, withdrawn=withdrawn)}, {"a": (reason,)})
    rows = rows[rows["reason"] == reason]
    return list(zip(rows["row_key"], rows["text_code"], rows["amount"], strict=True))


def recorded(reason: str) -> list[tuple[str, str, str]]:
    rows = evidence({"a": trail_of(recorded=True)}, {"a": (reason,)})
    rows = rows[(rows["reason"] == reason) & (rows["table"] != "transactions")]
    return list(zip(rows["table"], rows["row_key"], rows["text_code"], strict=True))


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("price", [("events", "rise", "price_rise")]),
        (
            "service",
            [
                ("interactions", "open", "complaint_open"),
                ("interactions", "settled later", "complaint_open"),
                ("interactions", "long", "complaint"),
                ("interactions", "short", "complaint"),
                ("events", "down", "service_outage"),
            ],
        ),
        ("assortment", [("events", "gone", "product_withdrawal")]),
        (
            "manager",
            [("events", "new", "manager_change"), ("interactions", "v", "last_contact")],
        ),
        (
            "payment",
            [("invoices", "late", "bill_paid_late")],
        ),
        ("competitor", [("events", "rival", "competitor_entry")]),
        (
            "margin",
            [
                ("interactions", "ask", "discount_request"),
                ("interactions", "back", "return_request"),
            ],
        ),
    ],
)
def test_each_reason_shows_the_records_of_its_last_year(reason: str, expected: list[tuple]) -> None:
    assert recorded(reason) == expected


@pytest.mark.parametrize(
    ("reason", "onset", "expected"),
    [
        ("payment", 380, {"paid after", "unpaid", "late"}),  # no bill was due by then
        ("payment", 460, {"paid after", "unpaid", "late"}),
        ("payment", 455, {"paid after", "late"}),
        ("margin", 430, {"ask", "back"}),  # it had asked for nothing by then
        ("margin", 462, {"ask"}),
    ],
)
def test_what_came_after_the_decline_is_shown_only_where_nothing_came_before(
    reason: str, onset: int, expected: set[str]
) -> None:
    rows = evidence({"a": trail_of(recorded=True, onset=onset)}, {"a": (reason,)})
    assert {*rows.loc[rows["reason"].eq(reason), "row_key"]} - {"o4", "o5"} == expected


def test_where_no_reason_is_named_what_was_left_unsettled_is_shown_and_else_not() -> None:
    assert recorded("unknown") == [
        ("interactions", "open", "complaint_open"),
        ("interactions", "settled later", "complaint_open"),
        ("invoices", "paid after", "bill_unpaid"),
        ("invoices", "unpaid", "bill_unpaid"),
    ]
    beside = evidence({"a": trail_of(recorded=True)}, {"a": ("unknown", "price")})
    assert set(beside.loc[beside["reason"] == "unknown", "text_code"]) == {"last_order"}


def test_amounts_of_records_are_money_or_missing() -> None:
    rows = evidence({"a": trail_of(recorded=True)}, {"a": ("price", "payment", "manager")})
    amount = rows.set_index("row_key")["amount"]
    assert amount["rise"] == pytest.approx(50.0)
    assert amount["late"] == pytest.approx(60.0)
    assert amount[["new", "v"]].isna().all()


def test_rows_are_cut_by_client_and_a_client_without_rows_has_none() -> None:
    rows = pd.DataFrame({"client_id": ["b", "a", "b"], "x": [1, 2, 3]})
    cut = by_client(rows, ["a", "b", "c"])
    assert [part["x"].tolist() for part in cut.values()] == [[2], [1, 3], []]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("unknown", [("o5", "last_order", 15.0)]),
        ("price", [("o4", "unit_price_above_earlier", 30.0)]),
        ("service", [("r1", "goods_returned", 8.0)]),
        ("competitor", []),  # one order of ink followed, and had lain between two of tea before
        (
            "margin",
            [("o5", "discount_above_earlier", 5.0), ("o5", "margin_below_earlier", 6.5)],
        ),
    ],
)
def test_each_reason_shows_the_rows_that_carry_it(reason: str, expected: list[tuple]) -> None:
    assert told(reason) == [(key, code, pytest.approx(amount)) for key, code, amount in expected]


def test_goods_that_were_rightly_sent_back_press_no_margin() -> None:
    upheld = CONTACTS.assign(outcome=CONTACTS["outcome"].where(CONTACTS["day"] < 470, "upheld"))
    trail = dataclasses.replace(trail_of(recorded=True), contacts=upheld)
    rows = evidence({"a": trail}, {"a": ("margin",)})
    assert set(rows.loc[rows["table"] == "interactions", "row_key"]) == {"ask"}


def test_a_flat_rate_rounded_bill_by_bill_is_no_higher_discount() -> None:
    amounts = LINES["amount"].abs()
    flat = LINES.assign(discount=(amounts / 19 + 0.004).round(2), profit=amounts * 0.3 - 0.004)
    codes = evidence({"a": trail_of(flat)}, {"a": ("margin",)})["text_code"]
    assert set(codes) == {"last_order"}


def test_a_category_that_ended_with_all_others_did_not_go_first() -> None:
    together = LINES.assign(category="tea")
    codes = evidence({"a": trail_of(together)}, {"a": ("competitor",)})["text_code"]
    assert set(codes) == {"last_order"}


def test_a_category_went_first_if_more_orders_followed_than_lay_between_its_purchases() -> None:
    after = [LINES.iloc[[4]].assign(row_key=f"o{5 + n}", day=450 + 10 * n) for n in (1, 2)]
    rows = evidence(
        {"a": trail_of(pd.concat([LINES, *after], ignore_index=True))}, {"a": ("competitor",)}
    )
    told = rows[rows["reason"] == "competitor"]
    assert told[["row_key", "text_code"]].to_numpy().tolist() == [["o4", "favourite_category_last"]]
    assert told["amount"].tolist() == [200.0]


def test_what_is_always_cheap_or_always_at_a_discount_is_neither_in_an_order_of_its_own() -> None:
    charge = {"product": "fuel", "category": "charges", "amount": 8.0}
    charge |= {"discount": 2.0, "profit": 0.1}
    beside = LINES.iloc[:3].assign(**charge)
    alone = LINES.iloc[[0]].assign(row_key="o9", day=440, **charge)
    kept = LINES[LINES["row_key"] != "o5"]
    lines = pd.concat([kept, beside, alone], ignore_index=True)
    rows = evidence({"a": trail_of(lines)}, {"a": ("margin",)})
    assert set(rows["text_code"]) == {"last_order"}
    dear = alone.assign(discount=4.0, amount=6.0, profit=-1.9)
    lines = pd.concat([kept, beside, dear], ignore_index=True)
    rows = evidence({"a": trail_of(lines)}, {"a": ("margin",)})
    told = rows[rows["reason"] == "margin"].set_index("text_code")
    assert told["row_key"].tolist() == ["o9", "o9"]
    assert told.loc["margin_below_earlier", "amount"] == pytest.approx(6.0 / 80 + 1.9)


def test_goods_never_bought_before_are_held_against_their_category_or_not_at_all() -> None:
    new = LINES.iloc[[4]].assign(product="new")
    for category, shown in (("ink", True), ("new", False)):
        lines = pd.concat([LINES.iloc[:4], new.assign(category=category)], ignore_index=True)
        codes = evidence({"a": trail_of(lines)}, {"a": ("margin",)})["text_code"]
        assert ("margin_below_earlier" in set(codes)) == shown


def test_where_no_goods_are_known_an_order_is_held_against_all_of_the_earlier_ones() -> None:
    bare = LINES.assign(product=None, category=None)
    lines = bare.assign(discount=[5.0, 5.0, 1.0, 6.5, 9.0, 0.0])
    rows = evidence({"a": trail_of(lines)}, {"a": ("margin",)})
    told = rows[rows["text_code"] == "discount_above_earlier"]
    assert told["row_key"].tolist() == ["o5"]


@pytest.mark.parametrize(("price", "shown"), [(11.0, False), (20.0, True)])
def test_a_price_that_always_varied_is_higher_only_beyond_most_of_what_it_was(
    price: float, shown: bool
) -> None:
    earlier = [
        LINES.iloc[[0]].assign(row_key=f"e{n}", day=100 + n, amount=10.0 * each)
        for n, each in enumerate((6.0, 8.0, 9.0, 11.0, 11.5, 12.0, 12.0, 7.0))
    ]
    late = LINES.iloc[[3]].assign(amount=10.0 * price)
    rows = evidence(
        {"a": trail_of(pd.concat([*earlier, late], ignore_index=True))}, {"a": ("price",)}
    )
    assert ("unit_price_above_earlier" in set(rows["text_code"])) == shown


def test_a_visit_just_before_the_decline_is_no_sign_that_nobody_came() -> None:
    rows = evidence({"a": trail_of(recorded=True, onset=420)}, {"a": ("manager",)})
    assert "last_contact" not in set(rows["text_code"])
    rows = evidence({"a": trail_of(recorded=True, onset=444)}, {"a": ("manager",)})
    assert "last_contact" in set(rows["text_code"])


def test_a_withdrawn_product_shows_its_last_purchase() -> None:
    rows = told("assortment", withdrawn=frozenset({"q"}))
    assert rows == [("o5", "withdrawn_product_last", 35.0)]


def test_a_withdrawn_product_that_was_not_bought_for_a_year_is_no_evidence() -> None:
    long_ago = LINES.iloc[:1].assign(row_key="o0", product="z", day=-900)
    lines = pd.concat([long_ago, LINES], ignore_index=True)
    trail = trail_of(lines, withdrawn=frozenset({"q", "z"}))
    rows = evidence({"a": trail}, {"a": ("assortment",)})
    assert rows.loc[rows["reason"] == "assortment", "row_key"].tolist() == ["o5"]


def test_goods_that_were_short_show_their_last_purchase_before() -> None:
    short = pd.DataFrame(
        [("q", 300, 360), ("q", 40, 90), ("p", 445, 480), ("z", 310, 350)],
        columns=["product", "last", "back"],
    )
    rows = evidence({"a": dataclasses.replace(trail_of(), short=short)}, {"a": ("assortment",)})
    told = rows[rows["text_code"] == "short_product_last"]
    assert told[["row_key", "amount"]].to_numpy().tolist() == [["o3", 20.0]]


def test_a_shrunk_client_shows_its_late_orders_and_an_unprofitable_one_those_at_a_loss() -> None:
    assert [code for _, code, _ in told("unknown", "shrunk")] == ["last_order"]
    assert ("r1", "order_at_a_loss", -9.0) in told("unknown", "unprofitable")


def test_no_more_rows_are_shown_than_a_reader_can_hold() -> None:
    many = pd.concat([LINES.assign(row_key=f"x{i}", day=LINES["day"] + i) for i in range(6)])
    rows = evidence({"a": trail_of(many, explained_at=520)}, {"a": ("service",)})
    assert (rows["text_code"] == "goods_returned").sum() == MOST_ROWS


def test_every_reason_has_a_rule_and_every_code_a_meaning() -> None:
    assert set(RULES) == set(REASONS)
    assert all(TEXT_CODES.values())


@pytest.mark.parametrize(("amount", "missing"), [(40.0, 64.545), (500.0, None), (760.0, None)])
def test_a_favourite_category_that_leaks_is_shown_while_it_is_still_bought(
    amount: float, missing: float | None
) -> None:
    late = LINES.iloc[[3]].assign(row_key="o6", day=455, amount=amount)
    before = LINES.iloc[[3]].assign(row_key="o7", day=330, product="q", category="ink", amount=60.0)
    rows = evidence(
        {"a": trail_of(pd.concat([LINES[LINES["row_key"] != "o4"], before, late]))},
        {"a": ("competitor",)},
    )
    found = rows.loc[rows["text_code"] == "favourite_category_less"]
    if missing is None:
        assert found.empty
    else:
        assert found["row_key"].tolist() == ["o6"]
        assert found["amount"].tolist() == [pytest.approx(missing, abs=1e-3)]


@pytest.mark.parametrize(("earlier", "is_shown"), [(7, True), (4, False)])
def test_contacts_that_had_become_fewer_are_shown_by_the_latest(
    earlier: int, is_shown: bool
) -> None:
    seen = [250 - 40 * n for n in range(earlier)]
    contacts = pd.DataFrame(
        [(f"v{day}", day, "visit", 1.0, 1.0, None, None) for day in [*seen[::-1], 365, 400]],
        columns=list(CONTACTS.columns),
    ).astype({"resolved_day": "Int64"})
    trail = dataclasses.replace(trail_of(onset=440), contacts=contacts)
    rows = evidence({"a": trail}, {"a": ("manager",)})
    rows = rows[rows["table"] == "interactions"]
    told = [("v400", "contact_seldom")] if is_shown else []
    assert list(zip(rows["row_key"], rows["text_code"], strict=True)) == told
