"""Keep, reprice or release: what each option is worth, and what must be true for the best."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from segml.ledger import Ledger, terms_changed
from segml.portfolio import Scene, attention, decisions
from segml.portfolio.decisions import acceptance

from .conftest import DAY, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]


def _table(opened: Opened, scene_of: Scenes, given: dict[str, Any], lines: list[Any]) -> Any:
    scene = scene_of(opened(lines), given)
    return decisions(scene, attention(scene)).set_index("client_id")


def _history(cut: int, left: int, others: int, others_left: int) -> list[dict[str, Any]]:
    """Clients with three orders in the old year, one on new terms, and one where they stayed."""
    rows = []
    for n in range(cut + others):
        name, is_cut = f"h{n:03d}", n < cut
        rows += [line(name, ago, 80.0, discount=20.0) for ago in (400, 500, 600)]
        rows.append(line(name, 250, 80.0, discount=0.0 if is_cut else 20.0))
        gone = n < left if is_cut else n - cut < others_left
        rows += [] if gone else [line(name, 30, 80.0)]
    return rows


def test_referral_profit_can_be_what_a_client_is_kept_for(opened: Opened, scene_of: Scenes) -> None:
    given = {
        "loved": {"profit_365": -50.0, "expected_profit": -40.0, "referral_profit_365": 90.0},
        "recovers": {"profit_365": -50.0, "expected_profit": 30.0},
        "sunk": {"profit_365": -50.0, "expected_profit": -40.0, "referral_profit_365": 5.0},
        "well": {"profit_365": 1.0},
        "gone": {"profit_365": -50.0, "status": "lapsed"},
    }
    table = _table(opened, scene_of, given, [line(client, 10) for client in given])
    assert list(table.index) == ["loved", "recovers", "sunk"]
    assert table["keep"].tolist() == [50.0, 30.0, -35.0]
    assert table["best"].tolist() == ["keep", "keep", "release"]
    # nothing lies beyond the playbook, and no rise of prices is on record: no terms to offer
    assert table["gain"].tolist() == [0.0] * 3
    assert table["condition"].tolist() == ["referrals_stay", "recovers", "costs_end"]


def test_prices_rise_towards_zero_but_no_further_than_they_ever_did(
    opened: Opened, scene_of: Scenes
) -> None:
    rise = {
        "event_id": "e",
        "date": DAY - dt.timedelta(days=99),
        "kind": "price_change",
        "scope": "all",
        "magnitude": 0.06,
    }
    later = {**rise, "event_id": "f", "date": DAY, "magnitude": 0.9}
    given = {
        "small": {"profit_365": -50.0, "expected_profit": 45.0},
        "large": {"profit_365": -90.0, "expected_profit": -20.0},
        "never": {"profit_365": -90.0, "expected_profit": -70.0},
    }
    ledger = opened([line(client, 10) for client in given], events=[rise, later])
    scene = scene_of(ledger, given)
    table = decisions(scene, attention(scene)).set_index("client_id")
    assert table["gain"].to_dict() == {"small": 50.0, "large": 60.0, "never": 60.0}
    assert table["gain_prices"].tolist() == table["gain"].tolist()
    # too few discounts were cut to say how likely anybody accepts: a condition, and no value
    assert table["reprice"].isna().all()
    assert table["best"].to_dict() == {"small": "keep", "large": "reprice", "never": "release"}
    assert table["condition"].to_dict() == {
        "small": "may_accept",
        "large": "nothing_to_lose",
        "never": "costs_end",
    }
    assert table.loc["small", "break_even"] == pytest.approx(45 / 95)


def test_nothing_new_is_asked_of_who_is_as_good_as_gone(opened: Opened, scene_of: Scenes) -> None:
    sunk = {"profit_365": -10.0, "revenue_365": 60.0, "expected_profit": -1.0}
    given = {
        "buys": sunk,
        "gone": {**sunk, "p_churn": 0.95},
        "later": {**sunk, "p_churn": 0.95, "action": "await"},
        "kept": {**sunk, "p_churn": 0.95, "referral_profit_365": 9.0},
    }
    table = _table(opened, scene_of, given, [line(each, 10, 60.0, discount=40.0) for each in given])
    assert table["gain"].to_dict() == {"buys": 20.0, "gone": 0.0, "kept": 0.0, "later": 20.0}
    assert table["best"].to_dict() == {
        "buys": "reprice",
        "gone": "release",
        "kept": "keep",
        "later": "reprice",
    }
    assert table["condition"].to_dict() == {
        "buys": "nothing_to_lose",
        "gone": "as_good_as_gone",
        "kept": "referrals_stay",
        "later": "nothing_to_lose",
    }


def test_the_chance_of_acceptance_is_counted_from_discounts_cut_before(
    opened: Opened, scene_of: Scenes
) -> None:
    history = _history(cut=40, left=10, others=100, others_left=20)
    given = {"low": {"profit_365": -60.0, "expected_profit": -20.0}}
    ledger = opened([*history, line("low", 10, 50.0, discount=70.0)])
    changed = terms_changed(ledger.past(DAY))
    assert (changed.cut, changed.cut_stayed) == (40, 30)
    assert (changed.others, changed.others_stayed) == (100, 80)
    assert acceptance(changed) == pytest.approx(0.75 / 0.8)
    scene = scene_of(ledger, given)
    row = decisions(scene, attention(scene)).set_index("client_id").loc["low"]
    assert row["gain"] == pytest.approx(70.0 - 0.2 * 120.0)
    assert row["reprice"] == pytest.approx(0.9375 * 26.0)
    assert (row["best"], row["condition"], row["break_even"]) == ("reprice", "accepts", 0.0)


def test_new_terms_bring_at_least_what_lies_beyond_the_playbook(
    opened: Opened, scene_of: Scenes
) -> None:
    given = {"a": {"profit_365": -10.0, "revenue_365": 60.0, "expected_profit": -10.0}}
    table = _table(opened, scene_of, given, [line("a", 10, 60.0, discount=40.0)])
    assert table.loc["a", "gain"] == pytest.approx(20.0)  # the limit is a fifth of 100
    assert table.loc["a", "rise"] == pytest.approx(20 / 60)
    parts = table.loc["a", ["gain_discount", "gain_care", "gain_prices"]].tolist()
    assert parts == pytest.approx([20.0, 0.0, 0.0])


def test_the_best_option_is_worth_most_and_release_is_worth_nothing(
    opened: Opened, scene_of: Scenes
) -> None:
    draws = iter(range(-9, 11))
    given = {
        f"c{n}": {"profit_365": -30.0, "expected_profit": 9.0 * each}
        for n, each in enumerate(draws)
    }
    history = _history(cut=40, left=30, others=60, others_left=0)
    lines = [*history, *(line(client, 10, 70.0, discount=50.0) for client in given)]
    table = _table(opened, scene_of, given, lines)
    values = table[["keep", "reprice", "release"]]
    for client, best in table["best"].items():
        assert values.loc[client, best] == values.loc[client].max()
    assert set(table["best"]) == {"keep", "reprice", "release"}


def test_at_the_break_even_new_terms_and_the_other_are_worth_the_same(
    opened: Opened, scene_of: Scenes
) -> None:
    given = {"a": {"profit_365": -30.0, "expected_profit": 45.0, "referral_profit_365": 5.0}}
    row = _table(opened, scene_of, given, [line("a", 10, 60.0, discount=40.0)]).loc["a"]
    assert row["gain"] == pytest.approx(20.0)
    assert row["break_even"] * (row["keep"] + row["gain"]) == pytest.approx(row["keep"])


def test_nobody_below_zero_gives_no_rows(opened: Opened, scene_of: Scenes) -> None:
    table = _table(opened, scene_of, {}, [line("a", 10)])
    assert isinstance(table, pd.DataFrame)
    assert table.empty
