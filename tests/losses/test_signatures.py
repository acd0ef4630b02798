from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.losses.aftermath import Declined, Window, declined_of
from segml.losses.signatures import Sign, signatures

ONSET, END = 1000, 1400
LOST = ("a", "b", "c")
TOP = {
    "complaints": 3,
    "discount_requests": 3,
    "demands": 3,
    "care": 3,
    "left_alone": 3,
    "slow_answers": 3,
    "late_payment": 5,
    "discount_rise": 5,
    "category_leak": 4,
}
"""The highest level of each sign; all signs, in their order."""


@dataclass(frozen=True)
class Rows:
    orders: pd.DataFrame
    lines: pd.DataFrame
    contacts: pd.DataFrame
    bills: pd.DataFrame


def table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def orders(*rows: tuple[str, int, float, float]) -> pd.DataFrame:
    found = table(("client_id", "day", "amount", "discount"), rows)
    return found.assign(is_return=found["amount"] < 0)


def lines(*rows: tuple[str, int, str | None, float]) -> pd.DataFrame:
    found = table(("client_id", "day", "category", "amount"), rows)
    return found.assign(is_return=found["amount"] < 0)


def contacts(*rows: tuple[str, int, str, float | None]) -> pd.DataFrame:
    found = table(("client_id", "day", "kind", "resolved_day"), rows)
    return found.astype({"resolved_day": "float64"}).assign(outcome=None)


def bills(*rows: tuple[str, int, float | None, float]) -> pd.DataFrame:
    found = table(("client_id", "due_day", "paid_day", "amount"), rows)
    return found.astype({"paid_day": "float64"})


KNOWN = orders(*((each, 500, 100.0, 0.0) for each in LOST))
"""All have been clients for more than a year before their onsets."""
NOTHING = Rows(KNOWN, lines(), contacts(), bills())


def seen(
    records: Rows, *, end: int = END, lost: Sequence[str] = LOST, onset: int = ONSET
) -> dict[str, Sign]:
    found = signatures(records, lost, np.full(len(lost), onset), end=end)
    return {sign.name: sign for sign in found}


def levels(records: Rows, name: str, *, end: int = END) -> list[int]:
    return [int(level) for level in seen(records, end=end)[name].level]


def many(client: str, days: Sequence[int], kind: str) -> list[tuple[str, int, str, float | None]]:
    return [(client, day, kind, day + 2.0) for day in days]


def whole() -> Rows:
    """Rows for every sign: `a` has all of them, `b` the ordinary, `c` nothing."""
    draws = np.random.default_rng(1)
    kinds = ["complaint", "support", "discount_request", "return_request", "call"]
    days = draws.integers(640, END, 150)
    answered = [
        float(day + wait) for day, wait in zip(days, draws.integers(0, 40, 150), strict=True)
    ]
    asked = [
        (
            ("a", "b", "other")[i % 3],
            int(days[i]),
            kinds[i % 5],
            None if i % 7 == 0 else answered[i],
        )
        for i in range(150)
    ]
    spent = draws.uniform(1.0, 9.0, 60)
    bought = [
        ("ab"[i % 2], 650 + 12 * i, ("x", "y", "z")[i % 3], float(spent[i])) for i in range(60)
    ]
    given = [(who, day, amount, amount * draws.uniform(0.0, 0.3)) for who, day, _, amount in bought]
    owed = [
        ("ab"[i % 2], 600 + 13 * i, 600.0 + 13 * i + draws.integers(-5, 60), 9.0) for i in range(60)
    ]
    return Rows(
        pd.concat([KNOWN, orders(*given)], ignore_index=True),
        lines(*bought),
        contacts(*asked),
        bills(*owed),
    )


def test_every_sign_is_there_in_order_with_levels_in_range() -> None:
    found = signatures(whole(), LOST, np.full(3, ONSET), end=END)
    assert [sign.name for sign in found] == list(TOP)
    for sign in found:
        assert sign.level.dtype == np.int64
        assert sign.level.shape == (3,)
        assert sign.level.min() >= 0
        assert sign.level.max() <= TOP[sign.name]


def test_a_sign_speaks_for_the_reasons_that_bring_it() -> None:
    reasons = {name: sign.reasons for name, sign in seen(whole()).items()}
    assert reasons == {
        "complaints": ("service",),
        "discount_requests": ("price", "competitor", "margin"),
        "demands": ("margin",),
        "care": ("margin",),
        "left_alone": ("manager",),
        "slow_answers": ("service",),
        "late_payment": ("payment",),
        "discount_rise": ("margin",),
        "category_leak": ("competitor",),
    }


def test_a_client_without_anything_has_the_lowest_level() -> None:
    assert {int(sign.level[2]) for sign in seen(whole()).values()} == {0}


def test_missing_tables_and_columns_give_no_sign() -> None:
    assert seen(NOTHING) == {}
    assert set(seen(replace(NOTHING, contacts=whole().contacts))) == set(list(TOP)[:6])
    unanswered = whole().contacts.assign(resolved_day=np.nan)
    assert "slow_answers" not in seen(replace(NOTHING, contacts=unanswered))
    assert seen(replace(NOTHING, bills=bills(("a", 990, None, 5.0)))) == {}
    assert seen(replace(NOTHING, lines=lines(("a", 990, None, 5.0)))) == {}


def test_rows_on_or_after_the_later_date_change_nothing() -> None:
    rows, end = whole(), 1200
    cut = Rows(
        *(frame[frame["day"] < end] for frame in (rows.orders, rows.lines, rows.contacts)),
        rows.bills[rows.bills["due_day"] < end],
    )
    known = replace(
        cut,
        contacts=cut.contacts.assign(
            resolved_day=cut.contacts["resolved_day"].where(cut.contacts["resolved_day"] < end)
        ),
        bills=cut.bills.assign(paid_day=cut.bills["paid_day"].where(cut.bills["paid_day"] < end)),
    )
    assert len(known.contacts) < len(rows.contacts)
    same(seen(rows, end=end), seen(known, end=end))


def test_row_order_changes_nothing() -> None:
    rows = whole()
    mixed = Rows(
        *(
            frame.sample(frac=1.0, random_state=3)
            for frame in (rows.orders, rows.lines, rows.contacts, rows.bills)
        )
    )
    same(seen(rows), seen(mixed))


def same(one: dict[str, Sign], other: dict[str, Sign]) -> None:
    assert list(one) == list(other)
    for name, sign in one.items():
        assert sign.level.tolist() == other[name].level.tolist(), name


def test_nobody_lost_is_no_error() -> None:
    assert all(sign.level.shape == (0,) for sign in seen(whole(), lost=()).values())


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [("complaints", "complaint", 3), ("discount_requests", "discount_request", 3)],
)
def test_contacts_after_the_onset_raise_the_level_one_by_one(
    name: str, kind: str, more: int
) -> None:
    for number in range(more + 2):
        rows = contacts(*many("a", range(1001, 1001 + number), kind), ("z", 1, kind, None))
        expected = [min(number, more), 0, 0]
        assert levels(replace(NOTHING, contacts=rows), name) == expected


def test_what_was_as_usual_before_is_no_sign() -> None:
    every_month = range(640, 1090, 30)
    rows = contacts(
        *many("a", every_month, "complaint"), *many("b", [1001, 1031, 1061], "complaint")
    )
    # three complaints in the quarter of each: the usual of one, beyond that of the other
    assert levels(replace(NOTHING, contacts=rows), "complaints") == [0, 3, 0]


def test_contacts_after_the_window_do_not_count() -> None:
    rows = contacts(*many("a", [999, 1090, 1091], "complaint"), *many("b", [1089], "complaint"))
    assert levels(replace(NOTHING, contacts=rows), "complaints") == [0, 1, 0]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("demands", ("discount_request", "return_request")), ("care", ("support", "complaint"))],
)
def test_long_windows_count_both_kinds_in_wider_steps(name: str, kinds: tuple[str, str]) -> None:
    for number, level in {0: 0, 1: 1, 2: 1, 3: 2, 5: 2, 6: 3, 9: 3}.items():
        found = contacts(*many("a", range(1010, 1010 + number), kinds[0]), ("z", 1, kinds[0], 2.0))
        found.loc[::2, "kind"] = kinds[1]
        assert levels(replace(NOTHING, contacts=found), name)[0] == level


def test_goods_that_were_rightly_sent_back_are_no_demand() -> None:
    asks = many("a", range(1010, 1016), "return_request")
    found = contacts(*asks, ("z", 1, "discount_request", None))
    level = {
        outcome: levels(replace(NOTHING, contacts=found.assign(outcome=outcome)), "demands")[0]
        for outcome in (None, "rejected", "upheld")
    }
    assert level == {None: 3, "rejected": 3, "upheld": 0}
    asked = found.assign(outcome="upheld", kind="discount_request")
    assert levels(replace(NOTHING, contacts=asked), "demands")[0] == 3


def test_a_usual_counts_for_the_days_seen_alone() -> None:
    declined = declined_of(KNOWN, LOST, np.full(3, ONSET), end=ONSET + 30)
    told = declined.told(contacts(*many("a", range(640, 1030, 10), "support")))
    rate = 36 / (3 * 365)
    usual = (36 + 90 * rate) / (365 + 90) * 30
    excess = declined.excess(told, Window(0, 300))
    assert excess[0] == pytest.approx(3 - usual)
    assert excess[1] == pytest.approx(-(90 * rate) / (365 + 90) * 30)


def test_a_young_client_is_watched_since_its_first_order() -> None:
    first = orders(("a", 900, 1.0, 0.0), ("a", 1100, 1.0, 0.0), ("b", 1001, 1.0, 0.0))
    declined = declined_of(first, LOST, np.full(3, ONSET), end=END)
    assert declined.first_days.tolist() == [900, 1000, 1000]
    told = declined.told(contacts(*many("a", [850, 950], "support")))
    # one request in 100 days, told half by the rate of all, which is the same
    assert declined.excess(told, Window(0, 100)).tolist() == pytest.approx([-1.0] * 3)


def answered_in(days: int, number: int) -> list[tuple[str, int, str, float | None]]:
    return [("other", 10 * i, "complaint", 10.0 * i + days) for i in range(number)]


def test_complaints_left_longer_than_nine_in_ten_are_slow() -> None:
    usual = answered_in(5, 20)
    rows = contacts(
        *usual,
        ("a", 980, "complaint", 1000.0),
        ("b", 980, "complaint", 985.0),
        ("c", 1010, "complaint", None),
        ("c", 1020, "complaint", None),
    )
    assert levels(replace(NOTHING, contacts=rows), "slow_answers") == [1, 0, 2]


def test_a_complaint_that_had_no_time_to_wait_is_not_slow() -> None:
    rows = contacts(*answered_in(5, 20), ("a", 1010, "complaint", None))
    assert levels(replace(NOTHING, contacts=rows), "slow_answers", end=1015) == [0, 0, 0]
    assert levels(replace(NOTHING, contacts=rows), "slow_answers", end=1016) == [1, 0, 0]


def test_bills_paid_later_than_the_habit_raise_the_level() -> None:
    habit = [
        (who, day, day + late, 10.0)
        for who, late in (("a", 2.0), ("b", 30.0), ("c", 2.0))
        for day in range(600, 950, 10)
    ]
    late = bills(*habit, ("a", 1000, 1050.0, 10.0), ("b", 1000, 1032.0, 10.0))
    # `a` about 48 days later than its habit, `b` as always; of `c` nothing was due
    assert levels(replace(NOTHING, bills=late), "late_payment") == [4, 1, 0]


def test_what_the_exposures_show_too_may_last_from_before_the_onset() -> None:
    lasting = [sign.name for sign in seen(whole()).values() if sign.lasts]
    assert lasting == ["left_alone", "late_payment", "category_leak"]


def test_who_is_visited_less_than_usual_is_left_alone() -> None:
    usual = range(610, 1080, 10)  # nine in a quarter
    rows = contacts(
        *many("a", [day for day in usual if day < ONSET - 30], "visit"),
        *many("b", list(usual), "visit"),
        *many("c", [day for day in usual if day < ONSET - 30 or day % 20 == 0], "call"),
    )
    assert levels(replace(NOTHING, contacts=rows), "left_alone") == [3, 0, 3]
    asked = contacts(*many("a", [650, 700], "support"))
    assert "left_alone" not in seen(replace(NOTHING, contacts=asked))


def test_an_unpaid_bill_is_as_late_as_it_is_and_a_credit_note_is_none() -> None:
    rows = bills(
        *((who, 700, 700.0, 10.0) for who in LOST),
        ("a", 1050, None, 10.0),
        ("b", 1050, 1300.0, 10.0),
        ("c", 1000, None, -10.0),
    )
    assert levels(replace(NOTHING, bills=rows), "late_payment", end=1060) == [2, 2, 0]
    assert levels(replace(NOTHING, bills=rows), "late_payment", end=1390) == [5, 5, 0]


def test_a_risen_discount_rate_raises_the_level() -> None:
    rows = orders(
        *((who, 900, 95.0, 5.0) for who in LOST),
        ("a", 1100, 80.0, 20.0),
        ("b", 1100, 97.0, 3.0),
        ("c", 1300, 50.0, 50.0),
        ("c", 1100, -20.0, 0.0),
    )
    # `c` bought nothing in time, it only sent goods back
    assert levels(replace(NOTHING, orders=rows), "discount_rise") == [5, 1, 0]


def test_a_favourite_category_that_is_bought_elsewhere_raises_the_level() -> None:
    before = [(who, 900, what, money) for who in LOST for what, money in (("x", 60.0), ("y", 40.0))]
    after = [
        *(("a", day, "y", 10.0) for day in (1040, 1050, 1060)),
        *(("b", day, what, 10.0) for day in (1040, 1050, 1060) for what in ("x", "y")),
        *(("c", day, "y", 10.0) for day in (1010, 1050, 1060, 1180)),
    ]
    # `a` buys none of it any more, `b` five sixths of its share; of `c` two lines are too few
    assert levels(replace(NOTHING, lines=lines(*before, *after)), "category_leak") == [4, 1, 0]


def test_of_equal_favourites_the_first_by_name_is_taken() -> None:
    rows = [("a", 900, what, 50.0) for what in ("y", "x")]
    rows += [("a", 1040 + day, "y", 10.0) for day in range(3)]
    assert levels(replace(NOTHING, lines=lines(*rows)), "category_leak") == [4, 0, 0]


def test_rows_of_clients_that_are_not_lost_are_not_told() -> None:
    declined = Declined(client_ids=("a",), onsets=np.array([10]), first_days=np.array([0]), end=20)
    told = declined.told(orders(("b", 5, 1.0, 0.0), ("a", 12, 1.0, 0.0), ("a", 20, 1.0, 0.0)))
    assert told[["place", "since"]].to_numpy().tolist() == [[0, 2]]
