"""Attention: contacts due, made and missed, counted day by day as a person would."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segml.ledger import Ledger
from segml.portfolio import Scene, attention

from .conftest import contact, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]

OTHER = {"tier": "tier 2", "tier_rank": 2, "is_key": False}


def _by_hand(agos: set[int], begun_ago: int, rhythm: int) -> tuple[int, int]:
    """Contacts due if none were made, and missed: walking through the days one by one."""
    due = missed = waiting = 0
    since_begun = since_contact = 0
    for ago in range(begun_ago, 0, -1):
        if ago in agos:
            missed += max(waiting - 1, 0)  # it comes for the one that fell due last
            since_contact = waiting = 0
        elif since_contact and since_contact % rhythm == 0:
            waiting += 1
        if since_begun and since_begun % rhythm == 0:
            due += 1
        since_begun, since_contact = since_begun + 1, since_contact + 1
    return due, missed + waiting


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sets(st.integers(1, 420), max_size=25), min_size=1, max_size=4),
    st.lists(st.integers(2, 600), min_size=4, max_size=4),
)
def test_due_and_missed_are_what_a_walk_through_the_days_counts(
    opened: Opened, scene_of: Scenes, contacts: list[set[int]], first: list[int]
) -> None:
    lines = [line(f"c{n}", ago) for n, ago in enumerate(first)]
    rows = [contact(f"c{n}", ago) for n, agos in enumerate(contacts) for ago in agos]
    rows.append(contact("c0", 500))
    table = attention(scene_of(opened(lines, interactions=rows))).set_index("client_id")
    for n, ago in enumerate(first):
        agos = contacts[n] if n < len(contacts) else set()
        begun = min(ago, 365)
        due, missed = _by_hand(agos, begun, 30)
        found = table.loc[f"c{n}"]
        assert (found["due"], found["missed"]) == (due, missed)
        assert found["made"] == len([each for each in agos if each <= begun])


def test_a_late_contact_is_not_missed_until_the_next_is_due(
    opened: Opened, scene_of: Scenes
) -> None:
    lines = [line("late", 300), line("missed", 300), line("silent", 300)]
    agos = {
        "late": range(260, 0, -40),
        "missed": (*range(280, 100, -30), *range(60, 0, -30)),
        "silent": range(280, 60, -30),
    }
    rows = [contact(client, ago) for client, days in agos.items() for ago in days]
    table = attention(scene_of(opened(lines, interactions=rows))).set_index("client_id")
    assert table["missed"].to_dict() == {"late": 0, "missed": 1, "silent": 2}


def test_a_visit_and_a_call_of_one_day_are_one_contact_and_a_complaint_is_none(
    opened: Opened, scene_of: Scenes
) -> None:
    rows = [contact("a", 20), contact("a", 20, "visit"), contact("a", 9, "complaint")]
    table = attention(scene_of(opened([line("a", 100)], interactions=rows)))
    assert table["made"].tolist() == [1]
    assert str(table["last_contact"].iloc[0]) == "2023-12-12"


def test_rows_of_the_date_or_later_change_nothing(opened: Opened, scene_of: Scenes) -> None:
    rows = [contact("a", 40)]
    later = [*rows, contact("a", 0), contact("a", -5)]
    one = attention(scene_of(opened([line("a", 300)], interactions=rows)))
    two = attention(scene_of(opened([line("a", 300), line("a", -3)], interactions=later)))
    pd.testing.assert_frame_equal(one, two)


def test_a_low_tier_is_named_where_it_got_more_than_its_playbook(
    opened: Opened, scene_of: Scenes
) -> None:
    lines = [line("key", 300), line("plain", 300), line("cared", 300)]
    rows = [contact("cared", 10, minutes=30.0), contact("cared", 50, minutes=50.0)]
    scene = scene_of(opened(lines, interactions=rows), {"plain": OTHER, "cared": OTHER})
    table = attention(scene).set_index("client_id")
    assert list(table.index) == ["cared", "key"]
    assert table.loc["cared", "extra"] == 2
    assert table.loc["cared", "extra_cost"] == pytest.approx(80.0)
    assert pd.isna(table.loc["cared", "contact_days"])


def test_a_discount_above_the_limit_is_told_in_money(opened: Opened, scene_of: Scenes) -> None:
    lines = [line("a", 10, 60.0, discount=40.0), line("b", 10, 90.0, discount=10.0)]
    table = attention(scene_of(opened(lines), {"b": OTHER})).set_index("client_id")
    assert table["discount_rate"].to_dict() == pytest.approx({"a": 0.4, "b": 0.1})
    assert table["discount_over"].to_dict() == pytest.approx({"a": 20.0, "b": 5.0})


def test_without_interactions_no_contact_is_said_to_be_missed(
    opened: Opened, scene_of: Scenes
) -> None:
    table = attention(scene_of(opened([line("a", 300)])))
    assert table[["due", "made", "missed", "extra", "extra_cost"]].isna().all().all()


def test_where_nobody_writes_a_visit_or_call_down_none_is_said_to_be_missed(
    opened: Opened, scene_of: Scenes
) -> None:
    rows = [contact("a", 20, "complaint"), contact("a", 9, "discount_request")]
    table = attention(scene_of(opened([line("a", 300)], interactions=rows)))
    assert table[["due", "made", "missed", "extra", "extra_cost"]].isna().all().all()
    earlier = attention(scene_of(opened([line("a", 600)], interactions=[contact("a", 500)])))
    assert earlier["missed"].tolist() == [12]


def test_without_discounts_none_is_said_to_be_within_the_limit(
    opened: Opened, scene_of: Scenes
) -> None:
    untold = {name: value for name, value in line("a", 300).items() if name != "discount"}
    table = attention(scene_of(opened([untold])))
    assert table["client_id"].tolist() == ["a"]
    assert table[["discount_rate", "discount_over"]].isna().all().all()


def test_visits_to_who_is_to_be_won_are_none_too_many(opened: Opened, scene_of: Scenes) -> None:
    seen = [contact(who, ago) for who in ("old", "new") for ago in (10, 20, 30)]
    ledger = opened(
        [line("old", 400)],
        interactions=seen,
        clients=[{"client_id": one} for one in ("new", "old")],
    )
    scene = scene_of(ledger, {"old": OTHER, "new": {**OTHER, "status": "prospect"}})
    table = attention(scene).set_index("client_id")
    assert table.index.tolist() == ["old"]
    assert table.loc["old", "extra"] == 3
