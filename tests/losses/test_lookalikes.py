"""Likeness: the same drivers press on both; weak reasons and calm clients are like nobody."""

from __future__ import annotations

import pandas as pd
import pytest

from segml.losses.lookalikes import MOST, Likeness, likenesses

PRICE, LATE = "price_rise_180", "overdue_days"


def pressed(**clients: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(clients, orient="index", columns=[PRICE, LATE])


def shares(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["client_id", "reason", "feature", "share"])


LOST_BY_PRICE = shares(("gone", "price", PRICE, 0.8), ("gone", "unknown", "(unknown)", 0.2))
THEN = pressed(gone=(0.95, 0.1))


def alike(
    today: pd.DataFrame, then: pd.DataFrame = THEN, told: pd.DataFrame = LOST_BY_PRICE
) -> dict[str, tuple[Likeness, ...]]:
    return likenesses(today, then, told)


def test_a_client_under_the_pressure_of_the_loss_is_like_it_and_a_calm_one_is_not() -> None:
    found = alike(pressed(next=(0.97, 0.0), calm=(0.89, 1.0)))
    assert list(found) == ["next"]
    (one,) = found["next"]
    assert (one.like, one.reason, one.driver, one.lever) == (
        "gone",
        "price",
        PRICE,
        "review_prices",
    )


def test_similarity_is_one_where_both_stand_in_the_same_place_and_falls_with_the_distance() -> None:
    found = alike(pressed(same=(0.95, 0.0), near=(0.93, 0.0)))
    assert found["same"][0].similarity == 1.0
    assert found["near"][0].similarity == pytest.approx(0.98)


def test_drivers_count_by_their_share_in_the_reason() -> None:
    told = shares(("gone", "price", PRICE, 0.6), ("gone", "price", LATE, 0.2))
    found = alike(pressed(next=(1.0, 0.9)), pressed(gone=(0.96, 1.0)), told)
    assert found["next"][0].similarity == pytest.approx(1 - (0.75 * 0.04 + 0.25 * 0.1))


def test_the_lever_belongs_to_the_driver_of_the_greatest_weighted_pressure() -> None:
    told = shares(("gone", "payment", PRICE, 0.4), ("gone", "payment", LATE, 0.5))
    found = alike(pressed(next=(1.0, 0.9)), pressed(gone=(1.0, 1.0)), told)
    assert (found["next"][0].driver, found["next"][0].lever) == (LATE, "agree_terms")


def test_a_reason_with_less_than_a_quarter_of_the_loss_is_looked_for_in_nobody() -> None:
    today = pressed(next=(0.97, 0.0))
    assert not alike(today, told=shares(("gone", "price", PRICE, 0.24)))
    assert alike(today, told=shares(("gone", "price", PRICE, 0.25)))


def test_a_loss_whose_own_driver_did_not_press_is_no_road() -> None:
    assert not alike(pressed(next=(0.97, 0.0)), pressed(gone=(0.89, 0.0)))


def test_what_no_driver_explains_is_no_likeness() -> None:
    assert not alike(pressed(next=(1.0, 1.0)), told=shares(("gone", "unknown", PRICE, 1.0)))


def test_nobody_is_like_itself() -> None:
    assert set(alike(pressed(gone=(0.95, 0.1), next=(0.95, 0.1)))) == {"next"}


def test_the_most_alike_stand_first_each_lost_client_once_and_no_more_than_three() -> None:
    lost = {f"l{place}": (0.99 - 0.01 * place, 0.95) for place in range(5)}
    told = shares(
        *(row for each in lost for row in [(each, "price", PRICE, 0.5)]),
        *(row for each in lost for row in [(each, "payment", LATE, 0.3)]),
    )
    found = alike(pressed(next=(0.99, 0.95)), pressed(**lost), told)["next"]
    assert [each.like for each in found] == ["l0", "l1", "l2"]
    assert len(found) == MOST
    assert {each.reason for each in found} == {"price"}
