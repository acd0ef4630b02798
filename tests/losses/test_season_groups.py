from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from segml.losses.clock import WEEKS, Clock, learn_clock
from segml.losses.season_groups import season_groups
from segml.losses.seasons import learn_seasons

END = 4 * 364
FIRST = 1000
PLAIN = Clock(FIRST, np.ones(WEEKS))


def shops(rates: Mapping[str, np.ndarray], seed: int) -> pd.DataFrame:
    """Orders of clients, at a rate a day of the year each, over four years."""
    draws = np.random.default_rng(seed)
    day = np.arange(END)
    parts = [
        pd.DataFrame({"client_id": name, "day": FIRST + day[draws.random(END) < rate[day % 364]]})
        for name, rate in rates.items()
    ]
    return pd.concat(parts, ignore_index=True)


def between(first: int, last: int, orders: float) -> np.ndarray:
    """So many orders a year, between two days of it."""
    day = np.arange(364)
    return np.where((day >= first) & (day < last), orders / (last - first), 0.0)


def fashion(seed: int) -> pd.DataFrame:
    autumn = {f"a{n}": between(200, 280, 3.0) for n in range(40)}
    spring = {f"s{n}": between(20, 100, 3.0) for n in range(40)}
    always = {f"w{n}": between(0, 364, 12.0) for n in range(120)}
    return shops(autumn | spring | always, seed)


def test_who_buys_in_one_season_alone_is_found_among_those_who_always_buy() -> None:
    bought = fashion(1)
    clock = learn_clock(np.sort(bought["day"].to_numpy()), first_day=FIRST, end=FIRST + END)
    found = season_groups(bought, clock, {}, first_day=FIRST)
    groups = pd.Series(found)
    for letter in "as":
        mine = groups[groups.index.str.startswith(letter)]
        assert len(mine) >= 30  # the others lack two whole years, or an order in one
        assert (mine == mine.iloc[0]).all()
    assert groups.filter(regex="^a").iloc[0] != groups.filter(regex="^s").iloc[0]
    autumn = bought[bought["client_id"].map(found).eq(groups.filter(regex="^a").iloc[0])]
    days = {"autumn": autumn["day"].to_numpy()}
    own = learn_seasons(days, clock, first_day=FIRST, end=FIRST + END)["autumn"]
    rests, buys = (float(own.at(FIRST + day + 80) - own.at(FIRST + day)) for day in (300, 200))
    assert rests < 0.15 * buys


@pytest.mark.parametrize("orders", [2.0, 12.0])
def test_chance_makes_no_seasons(orders: float) -> None:
    found = [
        season_groups(
            shops({f"c{n}": between(0, 364, orders) for n in range(100)}, seed),
            PLAIN,
            {},
            first_day=FIRST,
        )
        for seed in range(12)
    ]
    assert sum(bool(each) for each in found) <= 1


def test_what_the_industries_clocks_say_is_no_season_besides() -> None:
    bought = fashion(2)
    whole = {"a": between(200, 280, 3.0), "s": between(20, 100, 3.0)}
    own = {
        each: Clock(FIRST, _index(whole[each[0]]))
        for each in bought["client_id"].unique()
        if each[0] in whole
    }
    assert season_groups(bought, PLAIN, {}, first_day=FIRST)
    assert not season_groups(bought, PLAIN, own, first_day=FIRST)


def _index(rate: np.ndarray) -> np.ndarray:
    index = np.maximum(rate.reshape(WEEKS, 7).mean(axis=1), 1e-3 * rate.max())
    return np.asarray(index / index.mean())


def test_one_year_says_nothing_of_the_next() -> None:
    bought = fashion(3)
    assert season_groups(bought[bought["day"] < FIRST + 500], PLAIN, {}, first_day=FIRST) == {}
    assert season_groups(bought.iloc[:0], PLAIN, {}, first_day=FIRST) == {}
