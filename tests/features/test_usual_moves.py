"""How many clients usually move between tiers, on clients written out."""

from __future__ import annotations

import pandas as pd
import pytest

from segml.features import LEAST_CLIENTS, Moved, Usual, learn_usual, most_moved, moved
from segml.features.usual_moves import usual_moves


def tiers(*runs: tuple[str, int]) -> pd.Series:
    return pd.Series([name for name, count in runs for _ in range(count)], dtype=object)


def test_who_is_missing_on_either_day_has_not_moved() -> None:
    before = pd.Series({"a": "vip", "b": "vip", "c": "small", "d": None, "e": "vip"})
    after = pd.Series({"a": "vip", "b": "small", "c": "vip", "d": "vip", "f": "small"})
    assert moved(before, after) == {
        "small": Moved(clients=1, gone={"vip": 1}),
        "vip": Moved(clients=2, gone={"small": 1}),
    }
    assert moved(pd.Series(dtype=object), after) == {}


def test_the_greatest_share_of_a_month_is_usual_and_far_days_say_nothing() -> None:
    by_day = {
        0: tiers(("vip", 100), ("small", 60)),
        30: tiers(("vip", 90), ("small", 70)),
        60: tiers(("vip", 96), ("small", 64)),
        240: tiers(("small", 160)),
    }
    assert usual_moves(by_day) == {
        "vip": {"small": pytest.approx(0.1)},
        "small": {"vip": pytest.approx(6 / 70)},
    }
    assert usual_moves({0: by_day[0]}) == usual_moves({}) == {}


def test_of_few_clients_of_a_tier_nothing_is_learnt() -> None:
    few = LEAST_CLIENTS - 1
    assert usual_moves({0: tiers(("vip", few)), 30: tiers(("small", few))}) == {}


def test_too_many_are_twice_the_most_but_never_what_chance_moves() -> None:
    assert most_moved(0.1, 100_000) == 0.2
    assert most_moved(0.01, 100_000) == 0.05
    assert most_moved(0.1, 40) == pytest.approx(0.1 + 4 * (0.1 / 40) ** 0.5)
    assert most_moved(0.0, 40) == pytest.approx(0.1)


def test_moves_are_read_back_and_older_bundles_have_none() -> None:
    frame = pd.DataFrame({"spend_90": [1.0, 2.0]})
    held = {0: tiers(("vip", 60)), 30: tiers(("vip", 30), ("small", 30))}
    found = learn_usual({0: frame, 30: frame}, tiers=held)
    assert found is not None
    assert found.moves == {"vip": {"small": 0.5}}
    value = found.to_json()
    assert Usual.from_json(value) == found
    del value["moves"]
    assert Usual.from_json(value).moves == {}
