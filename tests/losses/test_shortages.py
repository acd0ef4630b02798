"""Shortages: told by the lines of all clients, not by a season, a few clients or a slow product."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.losses.shortages import LEAST_BUYERS, short_of, shortages

CLIENTS = [f"c{number:02d}" for number in range(20)]


def sold(
    product: str = "p",
    *,
    every: int = 3,
    until: int = 900,
    pauses: tuple[tuple[int, int], ...] = (),
    clients: list[str] = CLIENTS,
) -> pd.DataFrame:
    """A line every few days, of one client after the other, but for some pauses."""
    days = np.arange(1000, 1000 + until, every)
    for since, back in pauses:
        days = days[(days < 1000 + since) | (days >= 1000 + back)]
    return pd.DataFrame(
        {
            "client_id": [clients[place % len(clients)] for place in range(len(days))],
            "day": days,
            "product": product,
            "is_return": False,
        }
    )


def found(*parts: pd.DataFrame) -> list[tuple[str, int, int]]:
    lines = pd.concat(parts).sample(frac=1.0, random_state=3)
    return [tuple(row) for row in shortages(lines).to_numpy().tolist()]


def test_a_product_that_nobody_bought_for_two_months_was_short() -> None:
    short = sold(pauses=((600, 660),))
    assert found(short, sold("q")) == [("p", 1597, 1660)]


def test_it_takes_more_lines_than_chance_leaves_out() -> None:
    assert found(sold(pauses=((600, 629),))) == []
    assert found(sold(every=10, pauses=((600, 690),))) == []
    assert found(sold(pauses=((600, 660),), clients=CLIENTS[: LEAST_BUYERS - 1])) == []


def test_a_season_that_was_the_same_a_year_before_is_no_shortage() -> None:
    yearly = tuple((235 + 365 * year, 295 + 365 * year) for year in range(4))
    assert found(sold(until=1600, pauses=yearly)) == []
    assert found(sold(until=1600, pauses=yearly[2:3])) == [("p", 1963, 2026)]


def test_a_product_that_never_came_back_is_withdrawn_and_returns_are_no_sales() -> None:
    assert found(sold(until=600), sold("q")) == []
    back = sold(pauses=((600, 660),))
    credit = pd.DataFrame({"client_id": "c01", "day": [1630], "product": "p", "is_return": True})
    assert found(back, credit) == [("p", 1597, 1660)]
    assert found(back.assign(product=None)) == []
    assert found(back.head(0)) == []


def test_the_lines_of_the_year_before_are_those_of_who_bought_it() -> None:
    lines = pd.concat([sold(pauses=((600, 660),)), sold("q")])
    met = short_of(lines, shortages(lines))
    assert set(met["product"]) == {"p"}
    assert met["day"].between(1597 - 364, 1597).all()
    assert len(met) == len(range(1597 - 364, 1598, 3))
