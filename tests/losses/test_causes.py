"""Reasons learnt from everybody's declines, on made worlds whose causes are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

import segml
from segml.ledger import Ledger, open_ledger
from segml.losses.asked import HORIZON_DAYS, Asked, past_dates
from segml.losses.books import Books, client_of, open_books
from segml.losses.causes import Learnt, as_weights, learn_reasons
from segml.losses.dating import Declines, declines_of, sampled
from segml.losses.events_behind import LIKELY
from segml.losses.fates import Fates
from segml.losses.recorded_reasons import recorded_reasons
from segml.losses.transitions import transition
from segml.words.feature import REASONS

CLIENTS, MONTHS = 1000, 30


@dataclass(frozen=True)
class World:
    ledger: Ledger
    books: Books
    fates: Fates
    known: tuple[str, ...]
    end: int
    truth: pd.DataFrame

    def declines(self, *, known: tuple[str, ...] | None = None) -> Declines:
        return declines_of(
            self.ledger,
            self.books,
            self.fates,
            known=known or self.known,
            start=self.end - 365,
            end=self.end,
        )

    def learnt(self, declines: Declines, asked: Asked | None = None) -> Learnt | None:
        return learn_reasons(self.ledger, self.fates, declines, seed=0, end=self.end, asked=asked)


@contextmanager
def made(folder: Path, *, clients: int = CLIENTS, **overrides: Any) -> Iterator[World]:
    """A world of which every decline up to its end counts as a loss to be explained."""
    config = segml.write_world(
        folder, clients=clients, months=MONTHS, seed=7, overrides=overrides
    ).config
    plan = segml.read_settings(config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        end = ledger.last_day + 1
        sql = "SELECT DISTINCT client_id FROM {lines} JOIN {clients} USING (client) ORDER BY 1"
        known = tuple(ledger.past(end).frame(sql)["client_id"])
        books = open_books(
            ledger, (), known=known, start=end - 365, end=end, shrunk_below=0.3, seed=0
        )
        judged = {each: transition(client_of(books, each), books.lens, end=end) for each in known}
        lost = {each: loss for each, loss in judged.items() if loss is not None}
        truth = pd.read_parquet(folder / "truth" / "losses.parquet").set_index("client_id")
        fates = Fates(lost=lost, lost_before=(), stayed=())
        yield World(ledger, books, fates, known, end, truth)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made(tmp_path_factory.mktemp("world")) as found:
        yield found


@pytest.fixture(scope="module")
def declines(world: World) -> Declines:
    return world.declines()


@pytest.fixture(scope="module")
def learnt(world: World, declines: Declines) -> Learnt:
    found = world.learnt(declines)
    assert found is not None
    return found


def shares(learnt: Learnt) -> pd.DataFrame:
    """The share of each reason by client, `unknown` what is left."""
    reason = {feature.name: feature.reason for feature in segml.features.CATALOGUE}
    frame = pd.DataFrame(dict(learnt.features), index=learnt.clients)
    by_reason = frame.T.groupby(reason).sum().T
    return by_reason.assign(unknown=1.0 - by_reason.sum(axis=1))


def test_the_named_reason_is_the_cause_far_more_often_than_the_commonest_cause(
    world: World, learnt: Learnt
) -> None:
    cause = world.truth["cause"].reindex(learnt.clients).dropna()
    observable = cause[cause != "unknown"]
    named = shares(learnt).loc[observable.index].idxmax(axis=1)
    commonest = observable.value_counts(normalize=True).iloc[0]
    assert len(observable) > 80
    assert (named == observable).mean() > 1.4 * commonest


def test_shares_are_probabilities_and_events_have_one_too(learnt: Learnt) -> None:
    found = shares(learnt)
    assert found.to_numpy().min() > -1e-9
    assert found["unknown"].between(-1e-9, 1).all()
    assert set(learnt.events) == set(learnt.clients)
    assert 0.0 < learnt.explained <= 1.0


def test_who_declined_later_had_the_greater_hazard_and_to_ask_changes_no_reason(
    world: World, declines: Declines, learnt: Learnt
) -> None:
    (day, *_) = past = past_dates(world.ledger.first_day, world.end, least=180)
    found = world.learnt(declines, Asked(clients=declines.clients, past=past, today=world.end))
    assert found is not None
    assert found.hazards is not None
    assert found.reasons.tobytes() == learnt.reasons.tobytes()
    assert found.hazards.a_month.shape == (len(declines.clients), 1 + len(past))
    assert found.hazards.a_month.to_numpy().min() > 0.0
    began = (pd.to_datetime(world.truth["onset"]) - pd.Timestamp("1970-01-01")).dt.days
    began = began.reindex(declines.clients).to_numpy(np.float64)
    hazard = found.hazards.a_month[day].to_numpy()
    coming = (began >= day) & (began < day + HORIZON_DAYS)
    others = ~(began < day) & ~coming
    greater = mannwhitneyu(hazard[coming], hazard[others]).statistic
    assert coming.sum() > 40
    assert greater / (coming.sum() * others.sum()) > 0.55


def test_the_reasons_of_all_declines_are_those_of_the_lost(learnt: Learnt) -> None:
    every = pd.DataFrame(learnt.reasons, index=learnt.declined, columns=REASONS)
    assert every.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert set(learnt.clients) <= set(learnt.declined)
    lost = shares(learnt)
    pd.testing.assert_frame_equal(every.loc[lost.index, lost.columns], lost, check_names=False)


def test_what_people_recorded_goes_with_the_cause_it_came_of(world: World, learnt: Learnt) -> None:
    rows = recorded_reasons(learnt, world.books.ends, seed=0)
    sure = rows[rows["goes_together"]].sort_values("p_adjusted").drop_duplicates("left_reason")
    assert len(sure) > 0
    for text, reason in zip(sure["left_reason"], sure["reason"], strict=True):
        wrote = [each for each, end in world.books.ends.items() if end.reason == text]
        cause = world.truth["cause"].reindex(wrote).dropna()
        assert reason == cause.value_counts().index[0]


def test_an_event_is_behind_a_loss_about_as_often_as_is_told(world: World, learnt: Learnt) -> None:
    of = world.truth["event_id"].reindex(learnt.clients)
    told = pd.DataFrame(
        [
            (one.share, each in one.event_ids)
            for who, each in of.items()
            for one in learnt.events[who]
        ],
        columns=["share", "right"],
    )
    assert told["share"].between(LIKELY, 1.0).all()
    assert told["share"].sum() > 10.0
    assert told["right"].sum() > 0.6 * told["share"].sum()
    more = told["share"] >= told["share"].median()
    assert told["right"][more].mean() > 1.5 * told["right"][~more].mean()


def test_the_kind_of_a_decline_speaks_for_the_cause_it_came_of(
    world: World, declines: Declines
) -> None:
    dated = declines.dated
    is_rival = world.truth["cause"].reindex(dated.clients).eq("competitor").to_numpy()

    def share(kinds: np.ndarray) -> float:
        found = world.learnt(replace(declines, dated=replace(dated, kinds=kinds)))
        assert found is not None
        rivals = np.array(dated.clients)[is_rival]
        return float(shares(found).reindex(rivals)["competitor"].mean())

    telling = np.eye(2)[is_rival.astype(int)]
    even = share(np.full(telling.shape, 0.5))
    of_others = share(np.roll(telling, 1, axis=0))
    assert share(telling) > max(even, of_others) + 0.05


def test_the_order_of_the_clients_changes_nothing(world: World, learnt: Learnt) -> None:
    again = world.learnt(world.declines(known=world.known[::-1]))
    assert again is not None
    pd.testing.assert_frame_equal(shares(again), shares(learnt), check_exact=True)


def test_in_a_world_without_reasons_nothing_is_learnt(tmp_path: Path) -> None:
    with made(tmp_path, clients=900, cause_mix={"unknown": 1.0}) as world:
        assert len(world.fates.lost) > 100
        found = world.learnt(world.declines())
        assert found is not None
        assert (found.explained, dict(found.features), dict(found.events)) == (0.0, {}, {})
        assert found.gain < 2 * found.error


def test_of_few_declines_nothing_is_learnt(world: World) -> None:
    few = dict(list(world.fates.lost.items())[:3])
    fates = Fates(lost=few, lost_before=(), stayed=())
    small = replace(world, fates=fates, known=tuple(few))
    assert small.learnt(small.declines()) is None


def test_a_sample_holds_the_lost_and_does_not_depend_on_the_order() -> None:
    known = [f"c{number:05d}" for number in range(20_500)]
    found = sampled(known, ["lost"], seed=1)
    assert len(found) == 20_001
    assert "lost" in found
    assert found == sampled(known[::-1], ["lost"], seed=1)
    assert found != sampled(known, ["lost"], seed=2)


def test_a_feature_the_model_lacks_leaves_its_share_to_its_reason_or_to_unknown() -> None:
    learnt = Learnt(
        clients=("a", "c"),
        features={
            "complaints_180": np.array([0.5, 0.0]),
            "complaint_open_days": np.array([0.2, 0.4]),
            "demands_180": np.array([0.1, 0.1]),
        },
        events={},
        explained=1.0,
        onsets=99,
        gain=0.1,
        error=0.01,
    )
    features = ("spend_90", "complaints_180", "returns_365")
    parts = SimpleNamespace(features=features, clients=pd.Index(["a", "b", "c"]))
    weights = as_weights(learnt, SimpleNamespace(churn=parts))
    assert weights.unknown_share == pytest.approx([0.3, 1.0, 0.6])
    assert weights.feature_shares == pytest.approx(
        np.array([[0, 0.7, 0], [0, 0, 0], [0, 0.4, 0]], dtype=float)
    )
    assert weights.reason_shares.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
