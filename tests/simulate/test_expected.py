from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from segml.simulate.arrays import streams
from segml.simulate.block import draw_block
from segml.simulate.expected import expectation, size_given
from segml.simulate.expected_goods import expected_pieces
from segml.simulate.expected_stay import staying
from segml.simulate.profit import year_profit
from segml.simulate.scene import Scene, draw_scene

CALM = {"orders_sigma": 0.3, "wander_sigma": 0.1}


def first_years(seed: int, **overrides: Any) -> tuple[np.ndarray, np.ndarray]:
    """What was expected of the first years that lie in the window, and what they earned."""
    scene = draw_scene(
        clients=8000, months=30, seed=seed, start=date(2022, 1, 1), overrides=overrides
    )
    expected, real = [], []
    for number in range(2):
        block = draw_block(scene, number=number, first=0, buyers=4000, prospects=1)
        clients = block.clients
        whole = (clients.acquired >= 0) & (clients.acquired + 365 <= scene.config.days)
        earned = year_profit(block.history, np.maximum(clients.acquired, 0))
        expected.append(expectation(scene).of(clients)[whole])
        real.append((earned - block.acquisition_cost)[whole])
    return np.concatenate(expected), np.concatenate(real)


def agree(expected: np.ndarray, real: np.ndarray, slack: float) -> None:
    error = (real - expected).std() / np.sqrt(len(real))
    # the acquisition is paid in full, so profit before it is what the formula has to find
    gross = (expected + 700).mean()
    assert real.mean() == pytest.approx(expected.mean(), abs=3 * error + slack * gross)
    assert error < 0.06 * gross


@pytest.mark.parametrize("seed", [0, 1])
def test_first_years_earn_what_was_expected_without_losses(seed: int) -> None:
    expected, real = first_years(seed, yearly_loss=0.0, **CALM)
    agree(expected, real, 0.02)
    # and for large and small, early and late alike
    order = np.argsort(expected)
    for half in (order[: len(order) // 2], order[len(order) // 2 :]):
        error = (real - expected)[half].std() / np.sqrt(len(half))
        assert real[half].mean() == pytest.approx(
            expected[half].mean(), abs=4 * error + 0.03 * (expected[half] + 700).mean()
        )


def test_losses_take_as_much_off_the_first_year_as_expected() -> None:
    often = {"yearly_loss": 0.5, **CALM}
    expected, real = first_years(2, **often)
    agree(expected, real, 0.06)
    stays, _ = first_years(2, yearly_loss=0.0, **CALM)
    assert (expected + 700).mean() < 0.95 * (stays + 700).mean()


def test_size_is_its_posterior_mean() -> None:
    rng = np.random.default_rng(1)
    size = rng.normal(size=200_000)
    heads = np.exp(3.4 + size + rng.normal(0, 0.3, len(size)))
    turnover = heads * 1e5 * np.exp(rng.normal(0, 0.4, len(size)))
    nothing = np.full(len(size), np.nan)
    for known in ((heads, turnover), (heads, nothing), (nothing, turnover), (nothing, nothing)):
        mean, sigma = size_given(*known)
        gap = (size - mean) / sigma
        assert gap.mean() == pytest.approx(0.0, abs=0.01)
        assert gap.std() == pytest.approx(1.0, abs=0.01)
        assert (gap * mean).mean() == pytest.approx(0.0, abs=0.01)


def test_pieces_are_the_mean_of_rounded_log_normals(scene: Scene) -> None:
    rng = np.random.default_rng(2)
    sigma = np.hypot(0.5, scene.config["quantity_sigma"])
    drawn = np.exp(sigma * rng.normal(size=100_000))
    pieces = expected_pieces(scene)
    for product, level in ((0, 20), (5, 10), (9, 30)):
        median = scene.goods.pieces[product] * np.exp(-4 + 0.2 * level)
        wanted = np.maximum(1, np.rint(median * drawn)).mean()
        assert pieces[product, level] == pytest.approx(wanted, rel=0.02)


def test_what_stays_falls_from_one(scene: Scene) -> None:
    stay = staying(scene.config, scene.young)
    assert stay[0] == stay[1] == 1.0  # nobody is at risk before
    assert 0 < scene.young[11] < -np.log1p(-scene.config["yearly_loss"]) / 6
    assert (np.diff(stay) <= 1e-12).all()
    assert stay[-1] > 1 - scene.config["yearly_loss"]


def test_only_first_years_of_the_window_and_prospects_are_expected(scene: Scene) -> None:
    block = draw_block(scene, number=3, first=0, buyers=300, prospects=15)
    found = expectation(scene).of(block.clients)
    old = block.clients.acquired < 0
    assert np.isnan(found[old]).all()
    assert not np.isnan(found[~old]).any()
    assert not np.isnan(found[-15:]).any()
    assert streams(1, 2, 3, count=1)[0].random() == streams(1, 2, 3, count=1)[0].random()
