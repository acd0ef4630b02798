"""Nothing of a date depends on what came later, in random histories; a leak of a second is caught.

`SEGML_HISTORIES=1000` tries so many histories; CI tries six. `SEGML_CUTS=50
SEGML_CUT_CLIENTS=20000` cuts a made world of so many clients at so many random days; CI one of 300
clients at two.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.features.histories import DATED, Tables, cut_at, opened, random_history, told_early

from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import Ledger, date_of
from segml.outcomes import churn, potential
from segml.simulate import make_world
from segml.tiers import fit_tiers
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan

HISTORIES = int(os.environ.get("SEGML_HISTORIES", "6"))
CUTS = int(os.environ.get("SEGML_CUTS", "2"))
CUT_CLIENTS = int(os.environ.get("SEGML_CUT_CLIENTS", "300"))
PLAN = FeaturePlan(horizon_days=60)
LABEL_DAYS = 45
SCHEMES = tuple(TierPlan(scheme=name, number=3) for name in ("clusters", "profitability", "levels"))
Said = Callable[[Ledger, dt.date], dict[str, object]]
LEAKS = {
    "a day": dt.timedelta(1),
    "an hour": dt.timedelta(hours=1),
    "a second": dt.timedelta(seconds=1),
}


def seen(ledger: Ledger, day: dt.date) -> dict[str, object]:
    """Everything that is said of a day, by what it is: bytes where it is a column."""
    shot = snapshot(ledger.past(day), PLAN)
    start = day - dt.timedelta(LABEL_DAYS)
    future = ledger.future(start, gap_days=3, horizon_days=LABEL_DAYS - 3)
    clients = shot.frame.index[shot.status != "prospect"]
    columns = {**_columns(shot.frame), **_columns(shot.money), "status": shot.status.to_dict()}
    labels = {
        "churn": churn.label(future, clients).to_dict(),
        **_columns(potential.label(future, clients).add_prefix("label ")),
    }
    return columns | labels | {plan.scheme: tiers(shot, plan) for plan in SCHEMES}


def _columns(frame: pd.DataFrame) -> dict[str, object]:
    return {str(name): (list(frame.index), list(map(repr, frame[name]))) for name in frame}


def tiers(shot: Snapshot, plan: TierPlan) -> str:
    """The tiers learnt from a snapshot and given to its clients, or why there are none."""
    try:
        model = fit_tiers(shot.frame, shot.status, plan=plan, seed=1)
    except DataRefused as refusal:
        return refusal.found
    return model.assign(shot.frame).to_csv()


def features_of(ledger: Ledger, day: dt.date) -> dict[str, object]:
    return _columns(snapshot(ledger.past(day), PLAN).frame)


def differing(
    whole: Tables, cut: Tables, day: dt.date, folder: Path, *, of: Said = seen
) -> list[str]:
    """What is said otherwise of a day by two ledgers."""
    shutil.rmtree(folder, ignore_errors=True)
    with opened(whole, folder / "whole") as one, opened(cut, folder / "cut") as other:
        first, second = of(one, day), of(other, day)
    return [name for name in {**first, **second} if first.get(name) != second.get(name)]


@pytest.mark.slow
@settings(
    max_examples=HISTORIES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a seed does not shrink
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32 - 1))
def test_features_labels_and_tiers_of_a_day_are_those_of_the_history_cut_at_it(
    tmp_path: Path, seed: int
) -> None:
    history = random_history(seed)
    cut = cut_at(history.tables, history.as_of)
    assert len(cut["transactions"]) < len(history.tables["transactions"])
    assert differing(history.tables, cut, history.as_of, tmp_path / "h") == []


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_caught(tmp_path: Path, leak: str) -> None:
    history = random_history(3)
    cut = told_early(cut_at(history.tables, history.as_of), LEAKS[leak])
    leaking = told_early(history.tables, LEAKS[leak])
    found = differing(leaking, cut, history.as_of, tmp_path / "h", of=features_of)
    assert {"spend_365", "orders_30", "profit_365"} <= set(found)


@pytest.fixture(scope="module")
def world() -> Tables:
    made = make_world(clients=CUT_CLIENTS, months=30, seed=9)
    names = ("transactions", "clients", "interactions", "invoices", "events")
    return {name: getattr(made, name) for name in names}


@pytest.fixture(scope="module")
def whole(world: Tables, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with opened(world, tmp_path_factory.mktemp("world") / "whole") as ledger:
        yield ledger


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CUTS))
def test_a_made_world_seen_at_a_random_day_is_the_world_cut_at_it(
    world: Tables, whole: Ledger, tmp_path: Path, number: int
) -> None:
    later = Random(number).randrange(120, whole.last_day - whole.first_day)
    day = date_of(whole.first_day + later)
    known = cut_at(world, day)
    assert all(len(known[name]) < len(world[name]) for name in DATED)
    with opened(known, tmp_path / "cut") as cut:
        one, other = seen(whole, day), seen(cut, day)
    assert [name for name in one if one[name] != other[name]] == []
