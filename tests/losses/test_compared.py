"""Drivers beside clients that stayed: chance is seldom called a difference, a planted one is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.losses import LossAnalysis
from segml.losses.compared import LEAST_LOST, MORE, TOO_FEW, VERDICTS, driver_rows
from segml.losses.matched import Beside

DRIVERS = [each for each in CATALOGUE if each.kind == "driver"][:12]
SETS, BESIDE = 80, 10


def world(draws: np.random.Generator, *, pool: int = 300, together: float = 0.6) -> Beside:
    """Sets in which nothing tells the lost clients from the others; drivers that go together."""
    own = draws.normal(size=(pool + SETS, 1)) * together
    moves = own + draws.normal(size=(pool + SETS, len(DRIVERS)))
    who = np.stack([draws.choice(pool, BESIDE, replace=False) for _ in range(SETS)])
    return Beside(lost=moves[pool:], stayed=moves[who], who=who)


def test_of_many_looks_at_chance_few_find_anything() -> None:
    draws = np.random.default_rng(3)
    found = [
        (driver_rows(world(draws), DRIVERS, seed=run)["p_adjusted"] < 0.05).any()
        for run in range(120)
    ]
    assert np.mean(found) <= 0.1


def test_a_driver_that_rose_before_losses_alone_is_found_and_named() -> None:
    seen = world(np.random.default_rng(5))
    seen.lost[:32, 4] += 4.0
    rows = driver_rows(seen, DRIVERS, seed=1)
    assert rows["feature"].iloc[0] == DRIVERS[4].name
    first = rows.iloc[0]
    assert first["verdict"] == MORE
    assert first["ratio_low"] > 1.0
    assert first["lost_share"] > 0.4 > first["compared_share"]
    assert (rows["verdict"] == MORE).sum() == 1


def test_what_most_have_the_same_is_no_rise() -> None:
    seen = world(np.random.default_rng(7))
    seen.lost[:, 0] = 0.0
    seen.stayed[:, :, 0] = 0.0
    rows = driver_rows(seen, DRIVERS, seed=1).set_index("feature")
    flat = rows.loc[DRIVERS[0].name]
    assert flat["lost_share"] == flat["compared_share"] == 0.0
    assert flat["verdict"] == TOO_FEW


def test_few_lost_clients_say_nothing_of_a_driver() -> None:
    seen = world(np.random.default_rng(9))
    seen.lost[LEAST_LOST - 1 :, 2] = np.nan
    rows = driver_rows(seen, DRIVERS, seed=1).set_index("feature")
    assert rows.loc[DRIVERS[2].name, "verdict"] == TOO_FEW
    assert rows.loc[DRIVERS[2].name, "lost"] == LEAST_LOST - 1
    assert np.isnan(rows.loc[DRIVERS[2].name, "p_adjusted"])
    assert (rows.drop(index=DRIVERS[2].name)["verdict"] != TOO_FEW).all()


def test_a_client_beside_every_lost_one_is_no_crowd() -> None:
    seen = world(np.random.default_rng(13))
    alone = Beside(
        lost=seen.lost, stayed=seen.stayed, who=np.broadcast_to(np.arange(10), (SETS, 10))
    )
    rows = driver_rows(alone, DRIVERS, seed=1)
    assert (rows["compared"] <= 10).all()
    assert (driver_rows(seen, DRIVERS, seed=1)["compared"] > 100).all()


def test_the_same_seed_gives_the_same_rows() -> None:
    seen = world(np.random.default_rng(17))
    pd.testing.assert_frame_equal(
        driver_rows(seen, DRIVERS, seed=4), driver_rows(seen, DRIVERS, seed=4)
    )


def test_an_analysis_tells_of_every_driver_the_model_knows(analysis: LossAnalysis) -> None:
    rows = analysis.loss_drivers
    assert set(rows["verdict"]) <= set(VERDICTS)
    assert (rows["verdict"] == TOO_FEW).all(), "four losses say nothing"
    assert rows["feature"].is_unique
    assert rows["lost"].max() <= len(analysis.losses)
