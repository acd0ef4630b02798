"""Clients that count as lost and have ordered since the loss analysis was made."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from segml.service.access import ALONE
from segml.service.desk import Desk
from segml.service.facts import monday_of
from segml.stores import Memory

SAID = "It has ordered since the loss analysis"


@pytest.mark.parametrize("days", [0, 60])
def test_who_ordered_since_the_analysis_is_told_so_and_not_won_back(
    served: Any, reader: Any, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    held = served.newest.held
    features = held.scores.table("features").set_index("client_id")["silence_days"]
    lost = held.losses.table("losses")["client_id"].tolist()
    end = dt.date.fromisoformat(str(held.losses.run["to"]))
    later = dataclasses.replace(held, as_of=end + dt.timedelta(days=days))
    monkeypatch.setattr(served.newest, "_held", later)
    expected = {each for each in lost if features[each] <= days}
    assert bool(expected) == bool(days)
    assert expected < {*lost}
    desk = Desk(ALONE, later, served.site, Memory())
    assert desk.back_among(lost) == expected
    assert desk.back_among([]) == frozenset()
    browser = reader("hedda")
    for who in (*sorted(expected)[:2], *sorted({*lost} - expected)[:2]):
        page = browser.get("/client", params={"id": who, "lang": "en"}).text
        assert (SAID in page) == (who in expected)
    tasks = monday_of(desk).tasks
    assert not expected & {task.client_id for task in tasks if task.kind == "win_back"}
