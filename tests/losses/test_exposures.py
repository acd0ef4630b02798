"""What clients were exposed to: known at each month's start, fading, the same for any row order."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segml.features import CATALOGUE
from segml.ledger import day_of
from segml.losses.exposed_columns import BASELINE, Exposure, steps, steps_both_ways
from segml.losses.exposed_events import TAUS_DAYS
from segml.losses.exposed_gone import exposed_gone
from segml.losses.exposed_months import Months, months_of
from segml.losses.exposed_trade import exposed_trade
from segml.losses.exposures import (
    Column,
    Records,
    Risk,
    calendar_of,
    columns_of,
    exposures,
    risk_of,
)

MONTHS = [day_of(dt.date(2022 + n // 12, 1 + n % 12, 1)) for n in range(24)]
END = day_of(dt.date(2024, 1, 1))
CLIENTS = tuple(f"c{number:02d}" for number in range(40))
ONSETS = {"c01": MONTHS[14] + 9, "c02": MONTHS[20]}
NAMES = {
    "orders": ["client_id", "order_id", "day", "amount", "profit", "discount", "is_return"],
    "lines": ["client_id", "day", "product", "category", "quantity", "amount", "is_return"],
    "contacts": ["client_id", "day", "kind", "resolved_day", "outcome"],
    "bills": ["client_id", "issued_day", "due_day", "paid_day", "amount"],
    "events": [
        "client_id",
        "event_id",
        "day",
        "kind",
        "scope",
        "scope_value",
        "magnitude",
        "touched",
        "share",
    ],
}


def orders() -> pd.DataFrame:
    """Each client orders on the fifth of each month; c00 begins in the second half of 2023."""
    draws = np.random.default_rng(3)
    rows = [
        (each, None, start + 4, amount, 1.0, draws.uniform(0.0, 9.0), False)
        for each in CLIENTS
        for start in MONTHS[18 if each == "c00" else 0 :]
        for amount in draws.uniform(10.0, 90.0, size=2)
    ]
    rows += [(each, None, MONTHS[9] + 8, -5.3, 0.0, 0.0, True) for each in CLIENTS[:20]]
    return pd.DataFrame(rows, columns=NAMES["orders"])


def lines() -> pd.DataFrame:
    """Until mid-2023 mostly category a; then the first ten clients buy b alone."""
    bought = orders()[["client_id", "day", "amount", "is_return"]]
    left = bought["client_id"].isin(CLIENTS[:10]) & (bought["day"] > MONTHS[17])
    category = np.where(left | (np.arange(len(bought)) % 4 == 3), "b", "a")
    product = np.where(np.arange(len(bought)) % 3 == 0, "x", "z")
    return bought.assign(product=product, category=category, quantity=2.0)[NAMES["lines"]]


def contacts() -> pd.DataFrame:
    draws = np.random.default_rng(4)
    rows = [
        (each, start + int(draws.integers(28)), kind, None, None)
        for each in CLIENTS
        for start in MONTHS
        for kind in ("call", "support", "discount_request")
        if draws.random() < 0.6
    ]
    rows += [
        (each, start + 3, "complaint", float(start + 3 + draws.integers(2, 60)), "upheld")
        for each in CLIENTS
        for start in MONTHS
        if draws.random() < 0.3
    ]
    return pd.DataFrame(rows, columns=NAMES["contacts"]).astype({"resolved_day": "float64"})


def bills() -> pd.DataFrame:
    draws = np.random.default_rng(5)
    rows = [
        (each, start, start + 20, float(start + 20 + draws.integers(-5, 70)), 50.0)
        for each in CLIENTS
        for start in MONTHS
    ]
    return pd.DataFrame(rows, columns=NAMES["bills"])


def events() -> pd.DataFrame:
    told = [
        ("e1", MONTHS[10] + 5, "price_change", "category", "a", 0.1, 0.7),
        ("e2", MONTHS[12], "product_withdrawal", "product", "x", None, 0.2),
        ("e3", MONTHS[12], "product_withdrawal", "product", "y", None, 0.1),
        ("e4", MONTHS[13], "price_change", "category", "a", -0.1, 0.7),
        ("e5", MONTHS[15], "policy_change", "all", None, None, 1.0),
        ("e6", MONTHS[16], "service_outage", "region", "north", None, 1.0),
    ]
    rows = [
        (each, event_id, day, kind, scope, value, magnitude, 10.0, share)
        for each in CLIENTS
        for event_id, day, kind, scope, value, magnitude, share in told
    ]
    return pd.DataFrame(rows, columns=NAMES["events"])


def records() -> Records:
    return Records(
        orders=orders(), lines=lines(), contacts=contacts(), bills=bills(), events=events()
    )


def at_risk(known: pd.DataFrame, onsets: dict[str, int] = ONSETS) -> Risk:
    return risk_of(known, onsets, clients=CLIENTS, first_day=MONTHS[0] + 4, end=END)


def empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=NAMES[name])


def but(changed: Records, **frames: pd.DataFrame) -> Records:
    kept = {name: getattr(changed, name) for name in NAMES}
    return Records(**{**kept, **frames})


def values(told: Records, months: Months, feature: str) -> list[np.ndarray]:
    return [each.values for each in exposures(told, months) if each.feature == feature]


@pytest.fixture(autouse=True)
def few_months_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger of these tests is small."""
    monkeypatch.setattr("segml.losses.exposed_columns.LEAST_MONTHS", 20)


def same(left: list[Column], right: list[Column]) -> bool:
    return len(left) == len(right) and all(
        (a.reason, a.feature, a.event_ids, a.mass, a.met.tobytes())
        == (b.reason, b.feature, b.event_ids, b.mass, b.met.tobytes())
        for a, b in zip(left, right, strict=True)
    )


def test_a_client_is_at_risk_while_it_orders_and_until_its_onset() -> None:
    risk = at_risk(orders())
    assert list(risk.starts) == MONTHS
    assert not risk.at_risk[:, :4].any()
    assert risk.at_risk[3:, 4:].all()
    new, first, second = risk.at_risk[:3]
    assert list(np.flatnonzero(new)) == [19, 20, 21, 22, 23]
    assert first[4:15].all()
    assert not first[15:].any()
    assert second[20]
    assert not second[21:].any()
    assert risk.lost.tolist() == [1, 2]
    assert risk.month.tolist() == [14, 20]
    assert risk.at_risk[risk.lost, risk.month].all()


def test_a_month_at_risk_counts_by_the_share_of_its_declines_that_is_known() -> None:
    whole = at_risk(orders())
    share = np.linspace(1.0, 0.0, len(whole.starts))
    told = {
        known: columns_of(records(), replace(whole, known=each))
        for known, each in (("all", np.ones_like(share)), ("half", np.full_like(share, 0.5)))
    }
    assert len(told["all"]) == len(told["half"]) > 5
    for every, half in zip(told["all"], told["half"], strict=True):
        assert half.mass == pytest.approx(every.mass / 2)
        assert half.met.tobytes() == every.met.tobytes()
    late = whole.at_risk & (np.arange(len(share)) == len(share) - 1)
    falling = replace(whole, known=share)
    assert falling.mass(late) == 0.0 < whole.mass(late)
    assert falling.by_month(whole.at_risk)[10] == pytest.approx(
        share[10] * whole.at_risk[:, 10].sum()
    )


def test_a_client_silent_for_a_year_is_not_at_risk() -> None:
    known = orders()
    known = known[(known["client_id"] != "c05") | (known["day"] < MONTHS[6])]
    quiet = at_risk(known).at_risk[5]
    # the last order is of June 5, 2022: at the start of June 2023 it is 361 days old
    assert quiet[4:18].all()
    assert not quiet[18:].any()


def test_how_long_a_client_is_at_risk_is_the_portfolios_word() -> None:
    known = orders()
    known = known[(known["client_id"] != "c05") | (known["day"] < MONTHS[6])]
    quiet = {
        days: risk_of(
            known, {}, clients=CLIENTS, first_day=MONTHS[0] + 4, end=END, active_days=days
        ).at_risk[5]
        for days in (90, 730)
    }
    # its last order is of June 5, 2022
    assert np.flatnonzero(quiet[90])[-1] == 8
    assert quiet[730][4:].all()


def test_an_onset_outside_the_months_at_risk_is_left_out() -> None:
    risk = at_risk(orders(), {"c03": MONTHS[2], "c00": MONTHS[18] + 1, "nobody": MONTHS[9]})
    assert len(risk.lost) == 0
    assert not risk.at_risk[[0, 3]].any()


def test_a_complaint_raises_service_from_the_next_month_on_and_decays() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    one = (("c07", MONTHS[10] + 6, "complaint", None, None),)
    told = but(told, contacts=pd.DataFrame(one, columns=NAMES["contacts"]))
    for found in values(told, months, "complaints_rise_180"):
        assert (found[7, :11] == 0).all()
        assert found[7, 11] > found[7, 12] > found[7, 13]
        assert found[7, 11] > 0.3
        assert (found[8] <= 0).all()


@pytest.mark.parametrize(
    ("kind", "outcome", "is_demand"),
    [
        ("return_request", "upheld", False),
        ("return_request", "rejected", True),
        ("return_request", None, True),
        ("discount_request", "upheld", True),
    ],
)
def test_goods_that_were_rightly_sent_back_are_no_demand(
    kind: str, outcome: str | None, is_demand: bool
) -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    one = (("c07", MONTHS[10] + 6, kind, float(MONTHS[10] + 8), outcome),)
    told = but(told, contacts=pd.DataFrame(one, columns=NAMES["contacts"]))
    for found in values(told, months, "demands_rise_180"):
        assert (found[7, 11] > 0.3) == is_demand


def test_who_complains_all_the_time_is_exposed_though_it_does_so_no_more_than_usual() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    days = [day for start in MONTHS[:18] for day in (start + 3, start + 17)]
    every = [("c07", day, "complaint", None, None) for day in days]
    told = but(told, contacts=pd.DataFrame(every, columns=NAMES["contacts"]))
    rise, whole = (
        [found[7, 17] for found in values(told, months, feature)]
        for feature in ("complaints_rise_180", "complaints_180")
    )
    assert len(whole) == 2
    assert max(rise) < 2.0
    assert min(whole) > 2.5


def test_an_answer_that_came_later_is_not_known() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    late = told.contacts["resolved_day"] >= MONTHS[12]
    unknown = told.contacts["resolved_day"].where(~late)
    told_then = but(told, contacts=told.contacts.assign(resolved_day=unknown))
    assert any((found > 0).any() for found in values(told, months, "resolution_rise_180"))
    for now, then in zip(
        values(told, months, "resolution_rise_180"),
        values(told_then, months, "resolution_rise_180"),
        strict=True,
    ):
        assert np.array_equal(now[:, :13], then[:, :13])


@pytest.mark.parametrize("feature", ["days_late_rise_180", "overdue_days"])
def test_a_payment_after_the_month_start_is_not_known(feature: str) -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    mine = (told.bills["client_id"] == "c07") & (told.bills["due_day"] == MONTHS[10] + 20)
    sooner, never = (
        values(
            but(told, bills=told.bills.assign(paid_day=told.bills["paid_day"].mask(mine, day))),
            months,
            feature,
        )
        for day in (float(MONTHS[12]), float("nan"))
    )
    for paid, unpaid in zip(sooner, never, strict=True):
        assert np.array_equal(paid[:, :13], unpaid[:, :13])
        assert paid[7, 13] != unpaid[7, 13]


def test_a_bill_still_unpaid_is_as_late_as_the_days_since_it_fell_due() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    one = (("c07", MONTHS[10], MONTHS[10] + 20, float(MONTHS[13] + 1), 50.0),)
    told = but(told, bills=pd.DataFrame(one, columns=NAMES["bills"]))
    (overdue,) = values(told, months, "overdue_days")
    owed = [start - MONTHS[10] - 20 for start in MONTHS[11:14]]
    assert overdue[7, 10:15].tolist() == [0, *owed, 0]


def test_an_event_before_the_first_order_of_a_client_does_not_touch_it() -> None:
    told = records()
    risk = at_risk(told.orders, {**ONSETS, "c00": MONTHS[22], "c03": MONTHS[22]})
    columns = [each for each in columns_of(told, risk) if each.event_ids]
    newcomer, other = risk.lost.tolist().index(0), risk.lost.tolist().index(3)
    assert all(each.met[newcomer] == 0.0 < each.met[other] for each in columns)


def test_each_happening_is_a_column_of_its_own_and_only_harm_is_one() -> None:
    told = records()
    columns = columns_of(told, at_risk(told.orders))
    found = [each.event_ids for each in columns if each.event_ids]
    assert found == [ids for ids in (("e1",), ("e2", "e3"), ("e6",)) for _ in TAUS_DAYS]
    price = next(each for each in columns if each.event_ids == ("e1",))
    assert price.reason == "price"
    faded = [_mean_left(MONTHS[10] + 5, month, TAUS_DAYS[0]) for month in (14, 20)]
    assert price.met == pytest.approx(0.7 * 0.1 * np.array(faded), rel=0.005)


def _mean_left(day: int, month: int, tau: float) -> float:
    """What is left of an event on average in a month, added up in a thousand moments of it."""
    end = MONTHS[month + 1] if month + 1 < len(MONTHS) else MONTHS[month] + 365.25 / 12
    at = MONTHS[month] + (np.arange(1000) + 0.5) / 1000 * (end - MONTHS[month])
    return float(np.where(at >= day, np.exp((day - at) / tau), 0.0).mean())


@pytest.mark.parametrize("day", [MONTHS[14] - 40, MONTHS[14], MONTHS[14] + 20, MONTHS[15]])
def test_an_event_works_in_its_own_month_from_its_day_on_and_never_before(day: int) -> None:
    told = records()
    moved = but(told, events=told.events.assign(day=day))
    column = next(
        each for each in columns_of(moved, at_risk(told.orders)) if each.event_ids == ("e1",)
    )
    expected = _mean_left(day, 14, TAUS_DAYS[0])
    assert column.met[0] == pytest.approx(0.7 * 0.1 * expected, rel=0.005, abs=1e-12)


def test_stretches_of_the_calendar_hold_thirty_declines_and_every_month_once() -> None:
    risk = at_risk(records().orders)
    declines = np.full(len(risk.starts), 12.0)
    few, many = calendar_of(risk, declines), calendar_of(risk, declines * 5)
    whole = np.count_nonzero(risk.at_risk)
    for columns in (few, many):
        assert sum(column.mass for column in columns) == whole
        assert np.stack([column.met for column in columns]).sum(axis=0).tolist() == [1.0, 1.0]
        assert {column.reason for column in columns} == {"unknown"}
    months = np.count_nonzero(risk.at_risk.any(axis=0))
    assert len(many) == months > len(few) >= months * 12 // 30


def test_an_event_that_touched_few_clients_is_no_column() -> None:
    told = records()
    few = but(told, events=told.events[told.events["client_id"] < "c20"])
    assert not any(each.event_ids for each in columns_of(few, at_risk(told.orders)))


def test_happenings_of_a_kind_that_reached_few_are_one_column_together() -> None:
    told = records()
    two = [
        (each, event_id, day, "manager_change", "manager", event_id, None, 10.0, 1.0)
        for event_id, day, some in (
            ("m1", MONTHS[9], CLIENTS[:16]),
            ("m2", MONTHS[12], CLIENTS[16:]),
        )
        for each in some
    ]
    changed = but(told, events=pd.DataFrame(two, columns=NAMES["events"]))
    risk = at_risk(told.orders, {**ONSETS, "c30": MONTHS[14] + 3})
    columns = [each for each in columns_of(changed, risk) if each.event_ids]
    assert [each.event_ids for each in columns] == [("m1", "m2")] * len(TAUS_DAYS)
    for column, tau in zip(columns, TAUS_DAYS, strict=True):
        # c01 and c02 had the first change, c30 the second
        met = [_mean_left(MONTHS[day], month, tau) for day, month in ((9, 14), (9, 20), (12, 14))]
        assert column.met == pytest.approx(met, rel=0.005)
        whole = sum(
            _mean_left(MONTHS[9 if row < 16 else 12], month, tau)
            for row, month in np.argwhere(risk.at_risk)
        )
        assert column.mass == pytest.approx(whole, rel=0.005)
    fewer = but(told, events=changed.events[changed.events["client_id"] < "c28"])
    assert not [each for each in columns_of(fewer, risk) if each.event_ids]


def test_a_favourite_category_that_is_bought_no_more_leaks() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    short, long = values(told, months, "favourite_leakage_180")
    assert short[5, 20] == 1.0
    assert long[5, 22] == 1.0
    assert 0.0 < long[5, 20] < 1.0


def test_what_was_about_everybody_is_no_column_whatever_its_kind() -> None:
    """A date alone explains no client: the same outage in a region is one, in all it is none."""
    told = records()
    risk = at_risk(told.orders)
    found = {each for column in columns_of(told, risk) for each in column.event_ids}
    assert "e6" in found
    everywhere = told.events["event_id"] == "e6"
    events = told.events.assign(
        scope=told.events["scope"].mask(everywhere, "all"),
        scope_value=told.events["scope_value"].mask(everywhere, None),
    )
    left = {e for column in columns_of(but(told, events=events), risk) for e in column.event_ids}
    assert left == found - {"e6"}


def test_a_category_that_we_withdrew_leaks_to_no_rival() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    withdrawn = told.events[told.events["event_id"] == "e2"]
    ours = withdrawn.assign(event_id="e7", day=MONTHS[17], scope="category", scope_value="a")
    both = but(told, events=pd.concat([told.events, ours], ignore_index=True))
    for leaked in values(both, months, "favourite_leakage_180"):
        assert not leaked.any()
    # a product of it that is no longer sold leaves the rest of the category to be asked
    gone = replace(told, withdrawn={"x"})
    short, _ = values(gone, months, "favourite_leakage_180")
    assert short[5, 20] == 1.0


def bought(*rows: tuple[str, int, str, float, float]) -> pd.DataFrame:
    """Lines of category a: client, day, product, quantity, amount."""
    found = pd.DataFrame(rows, columns=["client_id", "day", "product", "quantity", "amount"])
    return found.assign(category="a", is_return=False)[NAMES["lines"]]


def test_prices_paid_rise_by_what_the_own_basket_costs_more_and_not_by_another_basket() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    rows = [
        ("c07", start + 3, product, units, units * price * (1.1 if n >= 14 else 1.0))
        for n, start in enumerate(MONTHS)
        for product, price, units in (("x", 5.0, 4.0), ("z", 50.0, 1.0 if n < 14 else 9.0))
    ]
    rows += [("c08", start + 3, "x" if n < 14 else "z", 1.0, 9.0) for n, start in enumerate(MONTHS)]
    for found in values(but(told, lines=bought(*rows)), months, "price_rise_180"):
        assert found[7, :15] == pytest.approx(0.0)
        assert 0.0 < found[7, 15] < 0.1
        assert found[8] == pytest.approx(0.0)
    short, long = values(but(told, lines=bought(*rows)), months, "price_rise_180")
    assert short[7, 17] == pytest.approx(0.1) == long[7, 20]
    assert long[7, 17] < 0.1


def test_returns_count_by_what_was_bought_and_not_by_how_much_money_they_are() -> None:
    later = {"c01": (200.0, 20.0), "c02": (100.0, 40.0), "c03": (1000.0, 400.0)}
    usual = {"c03": (1000.0, 100.0)}
    rows = []
    for each in CLIENTS:
        before = usual.get(each, (100.0, 10.0))
        for n, start in enumerate(MONTHS):
            bought, returned = later.get(each, before) if n >= 12 else before
            rows += [
                (each, None, start + 4, bought, 1.0, 0.0, False),
                (each, None, start + 9, -returned, 0.0, 0.0, True),
            ]
    told = pd.DataFrame(rows, columns=NAMES["orders"])
    months = months_of(at_risk(told), told)
    returns = [e.values for e in exposed_trade(told, months) if e.feature == "returns_rise_180"]
    assert len(returns) == 2
    for found in returns:
        assert abs(found[0]).max() < 0.01  # what all send back rises a little
        assert abs(found[1]).max() < 0.02  # twice the returns of twice the sales
        assert found[2, 13] > 0.02  # four times the returns of the same sales
        assert found[2, 13:].max() > 10 * abs(found[1]).max()
        np.testing.assert_allclose(found[3], found[2], rtol=1e-9, atol=1e-12)


def test_goods_that_went_unrecorded_weigh_by_their_share_from_the_month_they_went_in() -> None:
    told = records()
    months = months_of(at_risk(told.orders), told.orders)
    rows = [
        (each, start + 3, product, 1.0, amount)
        for each in ("c07", "c08")
        for n, start in enumerate(MONTHS)
        for product, amount, last in (("z", 75.0, 99), ("w", 25.0, 13), ("x", 100.0, 11))
        if n <= last and (each, product) != ("c08", "w")
    ]
    lines = bought(*rows)
    # x is withdrawn by an event of these records, which tells it
    short, long = (each.values for each in exposed_gone(lines, told.events, {"w", "x"}, months))
    share = 12 * 25.0 / (12 * 100.0 + 10 * 100.0)
    for found, length in ((short, 2), (long, 6)):
        assert found[7, 13 : 13 + length] == pytest.approx(share)
        assert not found[7, :13].any()
        assert not found[7, 13 + length :].any()
        assert not found[8].any()
    assert not list(exposed_gone(lines, told.events, {"x"}, months))
    # w was short, and was bought again later: its share works from the month after its last sale
    day = int(lines.loc[lines["product"] == "w", "day"].max())
    short = pd.DataFrame({"product": ["w", "x"], "last": day, "back": day + 50})
    first, _ = (
        each.values for each in exposed_gone(lines, told.events, {"x"}, months, short=short)
    )
    assert first[7, 13:15] == pytest.approx(share)
    assert not first[7, :13].any()
    assert not first[8].any()


def test_goods_whose_withdrawal_nobody_wrote_down_are_a_column_without_an_event() -> None:
    told = records()
    rows = [
        (each, start + 3, product, 1.0, 50.0)
        for each in CLIENTS[:20]
        for n, start in enumerate(MONTHS)
        for product, last in (("z", 99), ("w", 13))
        if n <= last
    ]
    gone = replace(but(told, lines=bought(*rows), events=empty("events")), withdrawn={"w"})
    risk = at_risk(told.orders)
    columns = [each for each in columns_of(gone, risk) if each.reason == "assortment"]
    assert columns
    assert {each.feature for each in columns} == {"withdrawn_share_90"}
    assert not any(each.event_ids for each in columns)
    # c01 begins to decline in the month after, c02 half a year later
    assert all(each.met.tolist()[0] > each.met.tolist()[1] for each in columns[:1])


@pytest.mark.parametrize("month", [6, 12, 21])
def test_rows_after_the_start_of_a_month_change_nothing_of_it(month: int) -> None:
    start = MONTHS[month]
    told = records()
    known = but(
        told,
        orders=told.orders[told.orders["day"] < start],
        lines=told.lines[told.lines["day"] < start],
        contacts=told.contacts[told.contacts["day"] < start].assign(
            resolved_day=lambda rows: rows["resolved_day"].where(rows["resolved_day"] < start)
        ),
        bills=told.bills[told.bills["issued_day"] < start].assign(
            paid_day=lambda rows: rows["paid_day"].where(rows["paid_day"] < start)
        ),
    )
    risk = at_risk(told.orders)
    now = list(exposures(told, months_of(risk, told.orders)))
    then = list(exposures(known, months_of(risk, known.orders)))
    assert [each.feature for each in now] == [each.feature for each in then]
    for whole, part in zip(now, then, strict=True):
        assert np.array_equal(whole.values[:, month], part.values[:, month]), whole.feature
    at_end = at_risk(told.orders, {}).at_risk[:, month]
    assert np.array_equal(at_end, at_risk(known.orders, {}).at_risk[:, month])


def test_the_order_of_rows_changes_nothing() -> None:
    told = records()
    mixed = but(
        told, **{name: getattr(told, name).sample(frac=1.0, random_state=2) for name in NAMES}
    )
    risk, risk_mixed = at_risk(told.orders), at_risk(mixed.orders)
    assert np.array_equal(risk.at_risk, risk_mixed.at_risk)
    assert same(columns_of(told, risk), columns_of(mixed, risk_mixed))


def test_mass_is_the_sum_at_risk_and_met_the_value_at_the_onset() -> None:
    draws = np.random.default_rng(1)
    risk = at_risk(orders())
    exposure = Exposure(
        reason="service", feature="complaints_rise_180", values=draws.normal(size=(40, 24))
    )
    columns = list(steps(exposure, risk))
    positive = exposure.values[risk.at_risk & (exposure.values > 0)]
    cuts = [0.0, *np.quantile(positive, [0.35, 0.6, 0.8, 0.92, 0.97])]
    assert len(columns) == len(cuts)
    for column, cut in zip(columns, cuts, strict=True):
        above = [
            exposure.values[row, month] > cut
            for row in range(40)
            for month in range(24)
            if risk.at_risk[row, month]
        ]
        assert column.mass == sum(above)
        assert column.met.tolist() == [
            float(exposure.values[1, 14] > cut),
            float(exposure.values[2, 20] > cut),
        ]


def test_the_mass_of_an_event_is_its_sum_at_risk() -> None:
    told = records()
    risk = at_risk(told.orders)
    outage = [each for each in columns_of(told, risk) if each.event_ids == ("e6",)]
    for column, tau in zip(outage, TAUS_DAYS, strict=True):
        fades = [
            _mean_left(MONTHS[16], month, tau)
            for row in range(1, 40)
            for month in range(16, 24)
            if risk.at_risk[row, month]
        ]
        assert column.mass == pytest.approx(sum(fades), rel=0.005)
        assert column.met == pytest.approx([0.0, _mean_left(MONTHS[16], 20, tau)], rel=0.005)


def test_every_column_is_shown_by_a_feature_of_its_reason() -> None:
    reasons = {feature.name: feature.reason for feature in CATALOGUE} | {BASELINE: "unknown"}
    told = records()
    columns = columns_of(told, at_risk(told.orders))
    assert all(reasons[each.feature] == each.reason for each in columns)
    assert {each.reason for each in columns} == set(reasons.values())
    assert all(each.mass >= 1.0 and (each.met >= 0).all() for each in columns)


def test_the_baseline_always_meets_an_onset() -> None:
    told = records()
    columns = columns_of(told, at_risk(told.orders))
    always = [each for each in columns if each.reason == "unknown" and each.met.all()]
    assert always[0].mass == at_risk(told.orders).at_risk.sum()


def test_what_the_ledger_lacks_gives_no_columns_and_no_warning() -> None:
    told = records()
    bare = Records(
        orders=told.orders.assign(discount=0.0),
        lines=told.lines.assign(category=None, product=None),
        contacts=empty("contacts"),
        bills=told.bills.assign(paid_day=None),
        events=empty("events"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        risk = at_risk(bare.orders)
        found = {each.feature for each in columns_of(bare, risk)}
        assert found == {"returns_rise_180", BASELINE}
        nothing = but(bare, lines=empty("lines"), bills=empty("bills"))
        assert same(columns_of(bare, risk), columns_of(nothing, risk))


def test_without_a_month_at_risk_there_is_no_column() -> None:
    none = Records(**{name: empty(name) for name in NAMES})
    assert columns_of(none, at_risk(none.orders)) == []


def _aged(known: np.ndarray) -> list[Column]:
    """The baseline's columns of what rises by one each month, of 40 clients always at risk."""
    shape = len(CLIENTS), len(MONTHS)
    risk = Risk(
        clients=CLIENTS,
        starts=np.array(MONTHS),
        at_risk=np.ones(shape, dtype=bool),
        lost=np.zeros(shape[1], dtype=np.intp),
        month=np.arange(shape[1]),
        known=known,
    )
    age = np.broadcast_to(np.arange(shape[1], dtype=np.float64), shape)
    return list(steps_both_ways(Exposure(reason="unknown", feature=BASELINE, values=age), risk))


def test_no_step_of_the_baseline_is_made_of_months_of_which_little_is_known() -> None:
    known = np.ones(len(MONTHS))
    known[-6:] = 0.01
    above = [column for column in _aged(known) if not column.met[0]]
    assert above
    assert min(column.mass for column in above) > len(CLIENTS)
    assert min(column.met.sum() for column in above) > 6
    assert _aged(np.zeros(len(MONTHS))) == []
