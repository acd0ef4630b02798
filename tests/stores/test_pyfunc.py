"""The pyfunc of a bundle and the nightly run say the same of every client, prospects too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segml.bundle import Bundle, fit
from segml.ledger import Ledger, open_ledger
from segml.scoring import Scored, contact_columns, score
from segml.scoring.prospects import MONEY
from segml.simulate import make_world
from segml.stores.pyfunc import predict, signature
from segml.words.errors import BundleRefused
from segml.words.plan import ChurnPlan, Economics, LedgerPlan, Plan, PotentialPlan, SourcePlan

TABLES = ("transactions", "clients", "interactions", "invoices", "events")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder = Path(tmp_path_factory.mktemp("pyfunc"))
    world = make_world(clients=300, months=30, seed=12)
    for name in TABLES:
        getattr(world, name).to_parquet(folder / f"{name}.parquet")
    sources = {name: SourcePlan(path=str(folder / f"{name}.parquet")) for name in TABLES}
    with open_ledger(LedgerPlan(**sources), Economics(currency="EUR", order=5.0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def learnt(ledger: Ledger) -> Bundle:
    plan = Plan(
        portfolio="pyfunc",
        ledger=LedgerPlan(transactions=SourcePlan(path="lines.parquet")),
        churn=ChurnPlan(horizon_days=60, active_days=180, cutoffs=3),
        potential=PotentialPlan(horizon_days=90),
        seed=1,
    )
    return fit(ledger, ledger.last_day + 1, plan, threads=1)


@pytest.fixture(scope="module")
def scored(ledger: Ledger, learnt: Bundle) -> Scored:
    return score(learnt, ledger, ledger.last_day + 1, version="v")


def prospects(scored: Scored) -> np.ndarray:
    return scored.scores["status"].eq("prospect").to_numpy()


def test_a_prospect_is_expected_to_bring_what_the_nightly_run_says(
    learnt: Bundle, scored: Scored
) -> None:
    assert learnt.prospects is not None
    assert prospects(scored).sum() > 5
    given = predict(learnt, scored.features)
    for name in (*MONEY, "raw_potential", "raw_churn", "p_churn"):
        np.testing.assert_array_equal(given[name], scored.scores[name])
    assert given.loc[prospects(scored), list(MONEY)].notna().to_numpy().all()


def test_who_bought_is_scored_without_what_is_known_of_prospects_alone(
    learnt: Bundle, scored: Scored
) -> None:
    features = scored.features[list(learnt.encoder.columns)]
    bought = ~prospects(scored)
    given = predict(learnt, features[bought])
    np.testing.assert_array_equal(
        given["expected_profit"], scored.scores.loc[bought, "expected_profit"]
    )
    with pytest.raises(BundleRefused, match=contact_columns(learnt)[0].name):
        predict(learnt, features)


def test_a_bundle_without_a_model_of_prospects_expects_nothing_of_them(
    learnt: Bundle, scored: Scored
) -> None:
    without = dataclasses.replace(learnt, prospects=None)
    given = predict(without, scored.features)
    assert given.loc[prospects(scored), list(MONEY)].isna().to_numpy().all()
    assert given.loc[~prospects(scored), list(MONEY)].notna().to_numpy().all()


def test_the_signature_asks_for_the_columns_of_prospects_and_can_do_without(
    learnt: Bundle, scored: Scored
) -> None:
    inputs = signature(learnt).inputs
    assert inputs.input_names() == list(scored.features)[2:]
    optional = [each.name for each in inputs if not each.required]
    assert optional == [feature.name for feature in contact_columns(learnt)]
