"""Spreads: rates of tiers within a category, and who could learn of the key clients' terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from segml.ledger import Ledger
from segml.portfolio import Scene, spreads

from .conftest import contact, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]

OTHER = {"tier": "tier 2", "tier_rank": 2, "is_key": False}
LINES = [
    line("key", 10, 70.0, discount=30.0),
    line("key", 12, 90.0, discount=10.0, category="ink"),
    line("friend", 10, 100.0),
    line("friend", 11, 98.0, discount=2.0, category="ink"),
    line("stranger", 10, 95.0, discount=5.0),
]


def _clients(**by: str) -> list[dict[str, Any]]:
    return [
        {"client_id": client, "referred_by": by.get(client)}
        for client in ("friend", "key", "stranger")
    ]


def _table(opened: Opened, scene_of: Scenes, clients: list[dict[str, Any]]) -> Any:
    rows = [contact("key", 5, minutes=40.0)]
    ledger = opened(LINES, clients=clients, interactions=rows)
    scene = scene_of(ledger, {"friend": OTHER, "stranger": OTHER})
    return spreads(scene).set_index(["category", "tier_rank"])


def test_rates_are_of_the_list_value_within_a_category(opened: Opened, scene_of: Scenes) -> None:
    table = _table(opened, scene_of, _clients(friend="key"))
    assert table["discount_rate"].to_dict() == pytest.approx(
        {("tea", 1): 0.3, ("tea", 2): 5 / 200, ("ink", 1): 0.1, ("ink", 2): 0.02}
    )
    assert (
        table["key_discount_rate"] == table.index.get_level_values(0).map({"tea": 0.3, "ink": 0.1})
    ).all()
    # 40 minutes at one a minute, half of its list value in either category
    assert table.loc[("tea", 1), "care_rate"] == pytest.approx(20 / 100)
    assert table.loc[("tea", 2), "care_rate"] == 0.0


@pytest.mark.parametrize("by", [{"friend": "key"}, {"key": "friend"}])
def test_a_spread_is_flagged_where_a_referral_links_and_it_is_more_than_granted(
    opened: Opened, scene_of: Scenes, by: dict[str, str]
) -> None:
    table = _table(opened, scene_of, _clients(**by))
    assert table["linked"].to_dict() == {("ink", 1): 0, ("ink", 2): 1, ("tea", 1): 0, ("tea", 2): 1}
    # the playbooks grant 0.15: tea is apart by 0.275, ink by 0.08
    assert table.index[table["could_be_learnt"]].tolist() == [("tea", 2)]


def test_nobody_linked_is_nobody_who_could_learn(opened: Opened, scene_of: Scenes) -> None:
    table = _table(opened, scene_of, _clients(friend="stranger"))
    assert not table["could_be_learnt"].any()
