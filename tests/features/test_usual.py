"""How features usually lie and move, on frames written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.features import CATALOGUE, Usual, learn_usual, of_events, watched

CLIENTS = 2000
LEFT_OUT = (
    *("price_rise_180", "withdrawn_share_90"),
    *("orders_prev_365", "spend_prev_365", "categories_prev_365", "profit_prev_365"),
)


def frame(shift: float = 0.0, *, seed: int = 0) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "spend_90": draws.gamma(2.0, 100.0, CLIENTS) * np.exp(shift),
            "industry": draws.choice(["bakery", "cafe", "hotel"], CLIENTS, p=[0.5, 0.3, 0.2]),
        }
    )


def usual(step: float = 0.02) -> Usual:
    """Seven days thirty days apart, spend rising a little from one to the next."""
    found = learn_usual({30 * day: frame(step * day, seed=day) for day in range(7)})
    assert found is not None
    return found


def test_the_latest_day_is_the_reference_and_lies_at_no_distance() -> None:
    found = usual()
    assert (found.day, found.clients) == (180, CLIENTS)
    for name, spread in found.features.items():
        assert sum(spread.shares) == pytest.approx(1.0)
        assert spread.index(frame(0.12, seed=6)[name]) == pytest.approx(0.0, abs=1e-12)


def test_what_moves_as_before_stays_within_its_limit_and_a_tenfold_does_not() -> None:
    spread = usual(0.1).features["spend_90"]
    limit = spread.limit(90, CLIENTS, CLIENTS)
    assert spread.index(frame(0.9, seed=9)["spend_90"]) < limit
    assert spread.index(frame(0.6 + np.log(10), seed=9)["spend_90"]) > 2 * limit


def test_the_farthest_move_never_falls_with_the_days_and_goes_on_in_proportion() -> None:
    spread = usual(0.1).features["spend_90"]
    moved = [spread.moved_in(days) for days in range(0, 400, 10)]
    assert moved == sorted(moved)
    assert spread.moved_in(360) == pytest.approx(2 * spread.moved_in(180))


def test_few_clients_may_move_by_chance() -> None:
    spread = usual().features["spend_90"]
    few = spread.index(frame(0.12, seed=3)["spend_90"].head(40))
    assert few > spread.limit(30, CLIENTS, CLIENTS)
    assert few < spread.limit(30, 40, CLIENTS)


def test_a_text_that_nobody_had_and_missing_values_are_seen() -> None:
    found = usual().features
    limit = found["industry"].limit(30, CLIENTS, CLIENTS)
    lost = frame(0.12, seed=6)
    assert found["industry"].index(lost["industry"].replace("bakery", "x")) > limit
    assert found["industry"].index(pd.Series([None] * CLIENTS, dtype=object)) > limit
    missing = lost["spend_90"].where(np.arange(CLIENTS) % 2 == 0)
    assert found["spend_90"].index(missing) > limit


def test_it_is_read_back_as_it_was_written() -> None:
    found = usual()
    assert Usual.from_json(found.to_json()) == found


def test_one_day_tells_nothing_of_movement() -> None:
    assert learn_usual({0: frame(), 30: frame().head(0)}) is None


def test_features_of_company_events_are_not_watched() -> None:
    told = sorted(of_events())[0]
    given = pd.DataFrame({"spend_90": [1.0], told: [2.0], "tenure_days": [3.0]})
    found = watched(given, ["spend_90", told], raw_churn=np.array([0.5]), tier=["vip"])
    assert list(found.columns) == ["spend_90", "raw_churn", "tier"]


def test_what_the_company_did_and_the_year_before_the_last_are_not_watched() -> None:
    names = ["spend_90", *LEFT_OUT]
    assert set(names) <= {one.name for one in CATALOGUE}
    found = watched(
        pd.DataFrame({name: [1.0] for name in names}),
        names,
        raw_churn=np.array([0.5]),
        tier=["vip"],
    )
    assert list(found.columns) == ["spend_90", "raw_churn", "tier"]
