from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from segml.simulate.draws import draw_config
from segml.simulate.events import CAUSE_OF, LEAST_RISE, Event
from segml.simulate.market import price_index
from segml.simulate.scene import Scene, draw_scene

START = date(2022, 1, 1)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [draw_scene(clients=2000, months=36, seed=seed, start=START) for seed in range(40)]


def groups(events: tuple[Event, ...], kind: str) -> list[int]:
    """The days of a kind; products withdrawn on one day are one group."""
    days = [event.day for event in events if event.kind == kind]
    return sorted(set(days)) if kind == "product_withdrawal" else days


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("product_withdrawal", "withdrawals_a_year"),
        ("service_outage", "outages_a_year"),
        ("competitor_entry", "rivals_a_year"),
        ("policy_change", "policies_a_year"),
        ("product_launch", "launches_a_year"),
    ],
)
def test_events_come_as_often_as_said(scenes: list[Scene], kind: str, number: str) -> None:
    years = 1096 * 5 / 6 / 365.25
    wanted = sum(scene.config[number] * years for scene in scenes)
    found = sum(len(groups(scene.events, kind)) for scene in scenes)
    assert found == pytest.approx(wanted, abs=4 * np.sqrt(wanted) + 6)


def test_handovers_come_as_often_as_said_and_name_todays_manager(scenes: list[Scene]) -> None:
    years = 1096 * 5 / 6 / 365.25
    wanted = sum(
        scene.config["handovers_a_year"] * years * len(scene.desks.people) for scene in scenes
    )
    found = [event for scene in scenes for event in scene.events if event.kind == "manager_change"]
    assert len(found) == pytest.approx(wanted, abs=4 * np.sqrt(wanted))
    for scene in scenes:
        assert len(set(scene.desks.managers)) == len(scene.desks.managers)
        for event in scene.events:
            if event.kind == "manager_change":
                assert event.scope_value == scene.desks.managers[event.place]


def test_no_event_but_the_yearly_prices_falls_in_the_first_sixth(scenes: list[Scene]) -> None:
    for scene in scenes:
        for event in scene.events:
            yearly = event.kind == "price_change" and event.description.startswith("Yearly")
            assert yearly or event.day >= scene.config.days // 6
            assert 0 <= event.day < scene.config.days


def test_decoys_are_as_many_as_said_and_every_harmful_kind_bites(scenes: list[Scene]) -> None:
    found, wanted, count = 0, 0.0, 0
    for scene in scenes:
        for kind in CAUSE_OF:
            strengths = [e.strength for e in scene.events if e.kind == kind]
            assert any(strengths)
            assert max(strengths) <= 3.0
        handovers = [e for e in scene.events if e.kind == "manager_change"][1:]
        found += sum(event.is_decoy for event in handovers)
        wanted += scene.config["decoy_share"] * len(handovers)
        count += len(handovers)
    assert found == pytest.approx(wanted, abs=4 * np.sqrt(count) / 2)
    harmless = {"product_launch", "policy_change"}
    events = [event for scene in scenes for event in scene.events]
    assert all(event.is_decoy for event in events if event.kind in harmless)
    small = [e for e in events if e.kind == "price_change" and e.magnitude < LEAST_RISE]
    assert small
    assert all(event.is_decoy for event in small)


def test_list_prices_follow_their_events_and_nothing_else(scenes: list[Scene]) -> None:
    for scene in scenes[:5]:
        goods, index = scene.goods, scene.market.index
        np.testing.assert_allclose(index[:, 0], 1.0)
        wanted = np.ones(len(goods.products))
        for event in scene.events:
            if event.kind == "price_change":
                touched = {
                    "all": np.ones(len(goods.products), dtype=bool),
                    "category": goods.category == event.place,
                    "product": np.arange(len(goods.products)) == event.place,
                }[event.scope]
                wanted[touched] *= 1 + event.magnitude
        np.testing.assert_allclose(index[:, -1], wanted)


def test_one_rise_moves_its_category_on_its_day() -> None:
    config = draw_config(np.random.default_rng(0), clients=5, months=24, seed=0, start=START)
    scene = draw_scene(clients=5, months=24, seed=0, start=START)
    rise = Event(500, "price_change", "category", 1, None, "", 0.0, 0.2)
    index = price_index(config, scene.goods, (rise,))
    moved = scene.goods.category == 1
    np.testing.assert_allclose(index[moved, 499:501], [[1.0, 1.2]] * moved.sum())
    np.testing.assert_allclose(index[~moved], 1.0)


def test_products_are_sold_from_their_launch_to_their_withdrawal(scenes: list[Scene]) -> None:
    for scene in scenes[:10]:
        market = scene.market
        for event in scene.events:
            if event.scope == "product" and event.kind == "product_launch":
                assert market.launched[event.place] == event.day
            if event.scope == "product" and event.kind == "product_withdrawal":
                assert market.withdrawn[event.place] == event.day
        assert (market.launched < market.withdrawn).all()
        both = np.array([0, 0])
        assert not market.is_sold(both, np.array([-1, 10**6])).any()


def test_costs_rise_by_inflation_alone(scenes: list[Scene]) -> None:
    market, config = scenes[0].market, scenes[0].config
    assert market.cost_index[731] ** (365.25 / 731) == pytest.approx(1 + config["inflation"])


def test_a_product_costs_its_margin_less_than_its_price(scenes: list[Scene]) -> None:
    gaps = []
    for scene in scenes:
        margin = 1 - scene.goods.cost / scene.goods.price
        assert ((margin > 0.09) & (margin < 0.61)).all()
        gaps.append(margin.mean() - scene.config["margin_rate"])
        assert (np.diff(scene.goods.category) >= 0).all()
        assert len(set(scene.goods.products)) == len(scene.goods.products)
    assert np.mean(gaps) == pytest.approx(0.0, abs=0.02)


def test_the_season_has_mean_one_over_years(scenes: list[Scene]) -> None:
    season = scenes[0].market.season
    np.testing.assert_allclose(season[:, : 3 * 364].mean(axis=1), 1.0, atol=0.01)
    assert np.ptp(season.mean(axis=0)) > 0.5  # the week is in it
    monday = season[0, np.arange(2, 2 + 7 * 150, 7)].mean()  # the 3rd of January 2022
    sunday = season[0, np.arange(1, 1 + 7 * 150, 7)].mean()
    assert monday / sunday == pytest.approx(1.25 / 0.15, rel=0.05)
