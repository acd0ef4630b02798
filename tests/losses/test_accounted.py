from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.features import CATALOGUE
from segml.losses.accounted import (
    CARRIERS,
    REASON_OF,
    STAND_INS,
    Shares,
    shared,
    told_by_seen,
)
from segml.losses.attribution import Decomposition
from segml.losses.profit_parts import Account, Change, profit_parts
from segml.losses.shares import Weights
from segml.scoring import Parts
from segml.words.feature import REASONS

FEATURES = ("price_rise_180", "discount_rate_90", "discount_rate_365", "care_share_365")
HEALTHY = Account(listed=1000.0, discount=0.0, goods=600.0, returned=0.0, care=50.0)
PRICE = 3.0
"""The drivers say price with three units, so a quarter stays unknown."""


def account(**changed: float) -> Account:
    parts = ("listed", "discount", "goods", "returned", "care", "unpaid")
    return Account(**{part: changed.get(part, getattr(HEALTHY, part)) for part in parts})


def change(after: Account) -> Change:
    return Change(before=HEALTHY, after=after, parts=profit_parts(HEALTHY, after))


def unmoved(before: pd.DataFrame, after: pd.DataFrame) -> Decomposition:
    """Clients whose features were so on two days, and whose scores did not move."""
    nothing = Parts(
        subject="churn",
        clients=pd.Index(after.index),
        features=tuple(after.columns),
        values=np.zeros(after.shape),
        base=np.zeros(len(after)),
        raw=np.zeros(len(after)),
        data=after,
    )
    return Decomposition(before=before, after=after, churn=nothing, margin=nothing)


def shares(
    after: Account | None,
    moved: dict[str, float] | None = None,
    names: tuple[str, ...] = FEATURES,
) -> dict[str, float]:
    before = pd.DataFrame([dict.fromkeys(names, 0.1)])
    now = before.assign(**(moved or {}))
    lost = unmoved(before, now)
    weights = Weights(np.zeros((1, 7)), np.zeros((1, len(names))))
    weights.reasons[0, REASONS.index("price")] = PRICE
    weights.features[0, 0] = PRICE
    found = shared(weights, lost, [None if after is None else change(after)])
    by_reason = dict(zip(REASONS, found.reasons[0], strict=True))
    assert sum(by_reason.values()) == pytest.approx(1.0)
    assert found.features.sum() + by_reason["unknown"] == pytest.approx(1.0)
    return by_reason | dict(zip(names, found.features[0], strict=True))


def test_for_a_client_that_left_the_drivers_speak_alone() -> None:
    assert shares(None)["price"] == pytest.approx(0.75)


def test_a_discount_that_ate_the_profit_is_the_margin_alone() -> None:
    found = shares(account(discount=300.0), {"discount_rate_90": 0.3})
    assert found["margin"] == pytest.approx(1.0)
    assert found["discount_rate_90"] == pytest.approx(1.0)


def test_a_fall_of_volume_keeps_the_rule_of_the_drivers() -> None:
    found = shares(HEALTHY.times(0.2))
    assert (found["price"], found["unknown"]) == (pytest.approx(0.75), pytest.approx(0.25))


def test_volume_and_discount_share_the_loss_by_their_money() -> None:
    after = account(listed=500.0, discount=100.0, goods=300.0, care=25.0)
    lost = profit_parts(HEALTHY, after)
    part = lost["discount"] / (lost["discount"] + lost["volume"])
    found = shares(after, {"discount_rate_90": 0.2})
    assert found["margin"] == pytest.approx(part)
    assert found["price"] == pytest.approx(0.75 * (1 - part))


def test_dearer_goods_are_nobodys_demand_and_stay_unknown() -> None:
    assert shares(account(goods=900.0))["unknown"] == pytest.approx(1.0)


def test_care_that_grew_is_the_margin() -> None:
    found = shares(account(care=250.0), {"care_share_365": 0.3})
    assert found["care_share_365"] == pytest.approx(1.0)


def test_care_that_weighs_more_only_because_less_is_bought_is_the_falls() -> None:
    found = shares(account(listed=100.0, goods=60.0, care=40.0), {"care_share_365": 0.4})
    assert found["margin"] == 0.0
    assert found["price"] == pytest.approx(0.75)


def test_a_part_that_improved_neither_explains_nor_takes_away() -> None:
    found = shares(account(discount=300.0, goods=500.0), {"discount_rate_90": 0.3})
    assert found["margin"] == pytest.approx(1.0)


def test_where_the_client_itself_brings_no_less_no_part_is_the_reason() -> None:
    better = account(discount=10.0, goods=500.0)
    assert 0 < change(better).parts["discount"] < -sum(change(better).parts.values())
    found = shares(better, {"discount_rate_90": 0.3})
    assert found["margin"] == 0.0
    assert found["price"] == pytest.approx(0.75)


def test_the_feature_that_moved_carries_the_share() -> None:
    blank = {"discount_rate_90": np.nan, "discount_rate_365": 0.2}
    assert shares(account(discount=300.0), blank)["discount_rate_365"] == pytest.approx(1.0)


def test_a_part_that_no_feature_shows_stays_unknown() -> None:
    found = shares(account(discount=300.0), names=("price_rise_180",))
    assert found["unknown"] == pytest.approx(1.0)


def test_every_carrier_is_a_driver_of_its_parts_reason() -> None:
    known = {feature.name: feature.reason for feature in CATALOGUE}
    assert set(CARRIERS) == set(REASON_OF)
    for part, names in CARRIERS.items():
        assert {known[name] for name in names} == {REASON_OF[part]}


def test_unpaid_bills_are_payment_where_a_payment_feature_shows_them() -> None:
    after = account(unpaid=400.0)
    names = (*FEATURES, "overdue_share_365")
    found = shares(after, {"overdue_share_365": 0.4}, names)
    assert found["payment"] == pytest.approx(1.0)
    assert found["overdue_share_365"] == pytest.approx(1.0)
    assert shares(after)["unknown"] == pytest.approx(1.0)


def test_a_stand_in_is_of_the_reason_of_the_driver_it_stands_in_for() -> None:
    reasons = {feature.name: feature.reason for feature in CATALOGUE}
    for driver, others in STAND_INS.items():
        assert {reasons[other] for other in others} == {reasons[driver]}
        assert driver not in others


def test_what_is_known_tells_the_share_of_what_is_not() -> None:
    names = ("resolution_rise_180", "complaint_open_days", "complaints_180", "price_rise_180")
    unknown = [np.nan] * len(names)
    # known before alone; known on no day, and of its stand-ins the second alone; nothing known
    before = pd.DataFrame([[1.0, *unknown[1:]], unknown, unknown], columns=list(names))
    after = pd.DataFrame([unknown, [np.nan, np.nan, 2.0, np.nan], unknown], columns=list(names))
    lost = unmoved(before, after)
    features = np.tile([0.5, 0.0, 0.2, 0.1], (3, 1))
    told = told_by_seen(Shares(np.zeros((3, 8)), features), lost)
    np.testing.assert_allclose(
        told.features, [[0.5, 0.0, 0.2, 0.1], [0.0, 0.0, 0.7, 0.1], [0.5, 0.0, 0.2, 0.1]]
    )
    np.testing.assert_array_equal(features[1], [0.5, 0.0, 0.2, 0.1])


@pytest.mark.parametrize("event", ["withdrawals", "rivals"])
def test_an_event_between_both_days_is_told_by_the_window_that_still_holds_it(event: str) -> None:
    names = [f"{event}_180", f"{event}_365"]
    # it came after the first day, and more than half a year before the second
    before, after = (pd.DataFrame([each], columns=names) for each in ([0.0, 0.0], [0.0, 0.6]))
    lost = unmoved(before, after)
    told = told_by_seen(Shares(np.zeros((1, 8)), np.array([[0.5, 0.0]])), lost)
    np.testing.assert_allclose(told.features, [[0.0, 0.5]])


def test_a_change_that_did_not_harm_is_told_by_the_level_that_does() -> None:
    names = (
        "returns_rise_180",
        "returns_share_365",
        "attention_drop_180",
        "contact_silence_over_gap",
    )
    # fewer returns of late and yet some; rose before; none at all; visited as ever, then too rarely
    rows = [
        ([np.nan, np.nan, -0.1, 0.8], [-0.003, 0.015, -0.1, 0.9]),
        ([0.02, 0.03, 0.4, 0.5], [-0.01, 0.02, 0.2, 2.0]),
        ([0.0, 0.0, 0.0, 0.9], [0.0, 0.0, 0.0, 0.9]),
        ([-0.1, 0.0, -0.2, 1.2], [-0.2, 0.0, -0.3, 2.0]),
    ]
    before, after = (pd.DataFrame(each, columns=list(names)) for each in zip(*rows, strict=True))
    features = np.tile([0.4, 0.1, 0.3, 0.0], (4, 1))
    told = told_by_seen(Shares(np.zeros((4, 8)), features), unmoved(before, after))
    np.testing.assert_allclose(
        told.features,
        [[0.0, 0.5, 0.3, 0.0], [0.4, 0.1, 0.3, 0.0], [0.4, 0.1, 0.3, 0.0], [0.4, 0.1, 0.0, 0.3]],
    )
