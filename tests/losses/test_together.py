"""All losses together: every dimension sums to the total, and the rest has a name."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from segml.features import CATALOGUE
from segml.losses import LossAnalysis, together
from segml.losses.behind import Thing, things_behind
from segml.losses.events_behind import Behind
from segml.losses.mix import NOT_RECORDED, carried
from segml.losses.money import Money
from segml.losses.overall import SAID
from segml.losses.together import (
    DIMENSIONS,
    NO_EVENT,
    OUR_FAULTS,
    Lost,
    loss_faults,
    losses_by,
    quarter_of,
)
from segml.losses.trail import Trail
from segml.losses.yearly import Stretch
from segml.words.feature import REASONS

CENT = 0.005
FEATURES = {feature.name: feature for feature in CATALOGUE}
COLUMNS = ["row_key", "day", "product", "category", "quantity", "amount", "discount", "profit"]


def lines(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "product", "amount", "profit"])
    other = {"row_key": "o", "category": "c", "quantity": 1.0, "discount": 0.0}
    return frame.assign(**other, is_return=frame["amount"] < 0)[[*COLUMNS, "is_return"]]


def money(*, stayed: bool = False, factor: float = 1.0) -> Money:
    return Money(
        profit_before=0.0,
        profit_lost=100.0,
        referral_profit_lost=0.0,
        before=Stretch(start=0, end=365, factor=factor),
        after=Stretch(start=365, end=465, factor=3.65) if stayed else None,
    )


def lost(client_id: str, cost: float, **shares: dict[str, float]) -> Lost:
    rest = {name: {"x": 1.0} for name in DIMENSIONS if name not in shares}
    return Lost(
        client_id=client_id,
        money=cost,
        referral_money=cost / 8,
        shares={**rest, **shares},
        faults={},
    )


def trail(rows: pd.DataFrame, withdrawn: frozenset[str] = frozenset()) -> Trail:
    nothing = pd.DataFrame({"day": pd.Series(dtype="int64")})
    return Trail(
        lines=rows,
        contacts=nothing,
        bills=nothing,
        events=nothing,
        onset=1000,
        begun_by=1000,
        explained_at=1000,
        kind="left",
        withdrawn=withdrawn,
    )


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_sums_to_the_total_to_the_cent(
    analysis: LossAnalysis, dimension: str
) -> None:
    by = analysis.losses_by[analysis.losses_by["dimension"] == dimension]
    losses = analysis.losses
    assert abs(by["money"].sum() - losses["profit_lost"].sum()) < CENT
    assert abs(by["referral_money"].sum() - losses["referral_profit_lost"].sum()) < CENT
    assert by["share"].sum() == pytest.approx(1.0)
    assert by["clients"].between(0, len(losses)).all()


def test_money_by_reason_is_that_of_the_reasons_of_each_loss(analysis: LossAnalysis) -> None:
    by = analysis.losses_by.query("dimension == 'reason'").set_index("value")["money"]
    told = analysis.loss_reasons.groupby("reason")["money"].sum()
    for reason in REASONS:
        assert by.get(reason, 0.0) == pytest.approx(told.get(reason, 0.0), abs=CENT)


def test_what_the_ledger_does_not_say_stands_under_a_rest_with_a_name(
    analysis: LossAnalysis,
) -> None:
    values = analysis.losses_by.groupby("dimension")["value"].agg(list)
    assert values["manager"] == [NOT_RECORDED]
    assert values["industry"] == [NOT_RECORDED]
    assert values["event"] == [NO_EVENT]
    assert values["category"] == ["cp"]


def test_the_summary_holds_the_same_figures(analysis: LossAnalysis) -> None:
    said = analysis.summary["losses_by"]
    assert list(said) == [each for each in DIMENSIONS if each in SAID]
    tables = dict(list(analysis.losses_by.groupby("dimension")))
    for dimension, rows in said.items():
        table = tables[dimension]
        assert math.fsum(row["money"] for row in rows) == pytest.approx(table["money"].sum())
        assert rows[0]["value"] == table["value"].iloc[0]
    quarters = analysis.summary["trend"]["quarters"]
    assert sum(row["lost"] for row in quarters) == len(analysis.losses)


def test_a_split_loss_counts_a_client_where_a_twentieth_of_it_lies() -> None:
    told = [
        lost("a", 100.0, reason={"price": 0.9, "service": 0.06, "unknown": 0.04}),
        lost("b", -20.0, reason={"price": 1.0}),
    ]
    rows = losses_by(told).query("dimension == 'reason'").set_index("value")
    assert rows["money"].to_dict() == pytest.approx({"price": 70.0, "service": 6.0, "unknown": 4.0})
    assert rows["clients"].to_dict() == {"price": 2, "service": 1, "unknown": 0}
    assert rows["referral_money"].sum() == pytest.approx(10.0)
    assert list(rows.index) == ["price", "service", "unknown"]


def test_without_money_lost_there_is_no_share() -> None:
    rows = losses_by([lost("a", 5.0), lost("b", -5.0)])
    assert rows["share"].isna().all()
    assert rows["money"].abs().max() == 0.0


def test_faults_name_the_thing_and_sum_to_their_reason() -> None:
    slow, event = Thing("complaint", "complaints_rise_180"), Thing("event", "e7")
    told = [
        Lost(
            client_id=each,
            money=cost,
            referral_money=0.0,
            shares={name: {"x": 1.0} for name in DIMENSIONS},
            faults={("service", slow): 0.5, ("price", event): 0.25},
        )
        for each, cost in (("a", 100.0), ("b", 300.0))
    ]
    rows = loss_faults(told)
    assert rows[["reason", "source", "value", "clients", "money"]].values.tolist() == [
        ["service", "complaint", "complaints_rise_180", 2, 200.0],
        ["price", "event", "e7", 2, 100.0],
    ]


def test_what_is_in_our_hand_is_neither_the_purse_of_a_client_nor_a_rival() -> None:
    assert set(OUR_FAULTS) == {"service", "assortment", "manager", "price"}
    assert not {"payment", "competitor", "margin", "unknown"} & set(OUR_FAULTS)


def test_a_loss_lies_with_the_products_whose_profit_fell() -> None:
    rows = lines((10, "fell", 90.0, 60.0), (20, "held", 40.0, 20.0), (400, "held", 40.0, 20.0))
    left = carried(rows, money(), "product")
    assert left == pytest.approx({"fell": 0.75, "held": 0.25})
    # while it stayed the one grew: 20 in 100 days are 73 a year
    assert carried(rows, money(stayed=True), "product") == {"fell": 1.0}


def test_where_no_profit_fell_the_mix_before_shares_the_loss() -> None:
    rows = lines((10, "a", 30.0, -3.0), (20, "b", 90.0, -1.0))
    assert carried(rows, money(), "product") == pytest.approx({"a": 0.25, "b": 0.75})


def test_lines_without_a_product_are_not_left_out() -> None:
    rows = lines((10, None, 30.0, 10.0), (20, "b", 90.0, 30.0))
    assert carried(rows, money(), "product") == pytest.approx({NOT_RECORDED: 0.25, "b": 0.75})
    assert carried(rows.head(0), money(), "product") == {NOT_RECORDED: 1.0}


def test_the_order_of_the_lines_and_the_length_of_the_year_change_no_share() -> None:
    rows = lines(*[(day, f"p{day % 7}", 0.1 * day, 0.03 * day) for day in range(1, 300)])
    shuffled = rows.sample(frac=1.0, random_state=5)
    assert carried(rows, money(), "product") == carried(shuffled, money(), "product")
    longer = carried(rows, money(factor=1.7), "product")
    assert longer == pytest.approx(carried(rows, money(), "product"))
    assert sum(longer.values()) == pytest.approx(1.0)


def test_a_driver_comes_from_the_events_that_are_likely_each_by_its_part() -> None:
    rise = FEATURES["price_events_180"]
    found = things_behind(trail(lines()), rise, events={"e2": 0.5, "e1": 0.25}, manager="Ann")
    rest = Thing("sign", "price_events_180")
    assert found == {Thing("event", "e1"): 0.25, Thing("event", "e2"): 0.5, rest: 0.25}
    none = things_behind(trail(lines()), rise, events={}, manager="Ann")
    assert none == {rest: 1.0}
    whole = things_behind(trail(lines()), rise, events={"e1": 1.0}, manager="Ann")
    assert whole == {Thing("event", "e1"): 1.0}


@pytest.mark.parametrize(("told", "expected"), [(0.8, 0.5), (0.4, 0.4)])
def test_money_by_event_is_what_is_expected_of_each(told: float, expected: float) -> None:
    rows = pd.DataFrame({"feature": ["price_events_180", "price_rise_180"], "share": [told, 0.1]})
    behind = [
        Behind(event_ids=("e1", "e2"), reason="price", share=0.3),
        Behind(event_ids=("e3",), reason="price", share=0.2),
        Behind(event_ids=("e4",), reason="service", share=0.3),
    ]
    own = dict.fromkeys(("manager", "industry", "region"))
    parts = together._parts(rows, replace(trail(lines()), behind=tuple(behind)), own)
    assert sum(parts.values()) == pytest.approx(told + 0.1)
    by_event = together._by_event(parts)
    assert by_event == pytest.approx(
        {
            "e1": 0.3 * expected,
            "e2": 0.3 * expected,
            "e3": 0.4 * expected,
            NO_EVENT: 1.0 - expected,
        }
    )


def test_contact_that_fell_comes_from_the_manager_and_complaints_from_themselves() -> None:
    drop, slow = FEATURES["attention_drop_180"], FEATURES["resolution_rise_180"]
    found = trail(lines())
    assert things_behind(found, drop, events={}, manager="Ann") == {Thing("manager", "Ann"): 1.0}
    nobody = things_behind(found, drop, events={}, manager=None)
    assert nobody == {Thing("manager", NOT_RECORDED): 1.0}
    assert things_behind(found, slow, events={}, manager="Ann") == {
        Thing("complaint", "resolution_rise_180"): 1.0
    }


def test_goods_sent_back_name_their_products_by_money() -> None:
    rows = lines((900, "a", -30.0, -9.0), (950, "b", -10.0, -3.0), (960, "c", 99.0, 50.0))
    found = things_behind(trail(rows), FEATURES["returns_rise_180"], events={}, manager=None)
    assert found == pytest.approx({Thing("product", "a"): 0.75, Thing("product", "b"): 0.25})


def test_products_that_grew_dearer_or_were_withdrawn_are_named() -> None:
    rows = lines((500, "a", 10.0, 5.0), (500, "b", 10.0, 5.0), (900, "a", 16.0, 9.0))
    dearer = things_behind(trail(rows), FEATURES["price_rise_180"], events={}, manager=None)
    assert dearer == {Thing("product", "a"): 1.0}
    gone = trail(rows, withdrawn=frozenset({"b"}))
    found = things_behind(gone, FEATURES["withdrawn_share_90"], events={}, manager=None)
    assert found == {Thing("sign", "withdrawn_share_90"): 1.0}
    late = trail(lines((800, "b", 10.0, 5.0)), withdrawn=frozenset({"b"}))
    found = things_behind(late, FEATURES["withdrawn_share_90"], events={}, manager=None)
    assert found == {Thing("product", "b"): 1.0}


def test_a_quarter_is_named_by_its_year() -> None:
    assert [quarter_of(day) for day in (0, 89, 90, 364)] == [
        *("1970-Q1", "1970-Q1"),
        *("1970-Q2", "1970-Q4"),
    ]
