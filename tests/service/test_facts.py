"""The facts of the pages, counted where the files lie, are those that frames give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from segml.report.pages import (
    OF_ALL,
    OF_ALL_LOSSES,
    OF_LOSSES,
    OF_SCORES,
    lost_facts,
    plain,
    whole_facts,
)
from segml.report.table import FrameTable
from segml.service.access import ALONE, Viewer
from segml.service.desk import COMPANY, PAIRS, Desk
from segml.service.facts import loss_of, losses_of, profile_of, whole_of
from segml.service.likes import NamedLikes
from segml.stores import Memory, Shelf

pytestmark = pytest.mark.slow


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of facts, with the way to it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, f"{path}.{key}")
    elif isinstance(value, list):
        yield path, len(value)
        for place, each in enumerate(value):
            yield from flat(each, f"{path}[{place}]")
    else:
        yield path, pytest.approx(value, rel=1e-9) if isinstance(value, float) else value


def same(one: object, other: object) -> None:
    assert dict(flat(plain(other))) == dict(flat(plain(one)))


def frames(shelf: Shelf, names: tuple[str, ...], own: set[str] | None) -> dict[str, Any]:
    """The tables as frames; for who does not see all, the rows of their clients."""
    whole = {name: shelf.table(name) for name in names}
    found = {name: table for name, table in whole.items() if table is not None}
    if own is None:
        return found
    told = {
        name: table[table["client_id"].isin(own)]
        for name, table in found.items()
        if "client_id" in table.columns and name not in OF_ALL
    }
    for name, (_, other) in PAIRS.items():
        if name in told:
            told[name] = told[name][told[name][other].isin(own)]
    return told | {name: found[name] for name in COMPANY if name in found}


@pytest.fixture(params=["all", "own"])
def desk(request: pytest.FixtureRequest, served: Any) -> tuple[Desk, set[str] | None]:
    viewer = ALONE
    if request.param == "own":
        viewer = Viewer(name="mia", role="manager", managers=(served.manager,))
    own = None if request.param == "all" else {*served.own()}
    return Desk(viewer, served.newest.held, served.site, Memory()), own


def test_the_portfolio_is_what_frames_give(desk: tuple[Desk, set[str] | None]) -> None:
    mine, own = desk
    held = mine.held
    tables = frames(held.scores, (*OF_SCORES, *OF_ALL, "features"), own)
    assert held.losses is not None
    tables |= frames(held.losses, ("losses",), own)
    if own is not None and "prospects" in tables:
        tables["prospects"] = NamedLikes(FrameTable(tables["prospects"]), mine.names())
    scores = frames(held.scores, ("scores",), own)["scores"]
    found = whole_of(mine)
    expected = whole_facts(
        held.scores.run,
        scores,
        tables,
        features=mine.site.features,
        names=mine.names(),
        reasons_of=mine.reasons_of,
    )
    assert found.portfolio.profit
    for name in ("portfolio", "profit", "health", "prospects", "roles", "at_risk"):
        same(getattr(found, name), getattr(expected, name))


def test_the_losses_are_what_frames_give(desk: tuple[Desk, set[str] | None]) -> None:
    mine, own = desk
    shelf = mine.held.losses
    assert shelf is not None
    tables = frames(shelf, (*OF_LOSSES, *OF_ALL_LOSSES), own)
    run = shelf.run
    if own is not None and "next" in run:
        at_risk = float(tables["next_lost"]["profit_at_risk"].sum())
        run = {**run, "next": {**run["next"], "profit_at_risk": at_risk}}
    names, features = mine.names(), mine.site.features
    expected = lost_facts(run, tables, names, features=features, part=slice(None))
    found = losses_of(mine, slice(0, 10_000))
    same(found, expected)
    assert len(expected.lost) == len(pd.unique(tables["losses"]["client_id"]))
    for client in expected.lost[:5]:
        alone = loss_of(mine, client.client_id)
        same(alone.lost, (client,))
        assert {each.client_id for each in alone.winback} <= {client.client_id}


def test_who_goes_on_under_another_id_is_told_to_who_may_see_both(
    desk: tuple[Desk, set[str] | None], served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, own = desk
    shelf = mine.held.losses
    assert shelf is not None
    seen = mine.names()
    lost = next(each for each in shelf.table("losses")["client_id"] if each in seen)
    one, other = next(each for each in seen if each != lost), served.foreign()[0]
    row = {"client_id": lost, "began": dt.date(2024, 1, 5), "days_between": 4, "alike": 0.5}
    read = Shelf.rows_of

    def told(successor: str) -> list[str]:
        def rows_of(self: Shelf, name: str, *given: Any) -> Any:
            found = [{**row, "successor": successor}]
            return found if name == "successors" else read(self, name, *given)

        monkeypatch.setattr(Shelf, "rows_of", rows_of)
        fact = loss_of(mine, lost).lost[0].goes_on
        return [] if fact is None else [fact.successor]

    assert told(one) == [one]
    assert told(other) == ([other] if own is None else [])


def test_a_client_is_told_of_what_is_decided_of_it(desk: tuple[Desk, set[str] | None]) -> None:
    mine, own = desk
    table = frames(mine.held.scores, ("decisions",), own)["decisions"].set_index("client_id")
    assert len(table)
    told = profile_of(mine, str(table.index[0])).decision
    assert told is not None
    assert (told.best, told.keep) == (table["best"].iloc[0], table["keep"].iloc[0])
    scores = frames(mine.held.scores, ("scores",), own)["scores"]
    other = scores.loc[~scores["client_id"].isin(table.index), "client_id"].iloc[0]
    assert profile_of(mine, str(other)).decision is None
