from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from segml.evaluation import SchemeComparison, compare_schemes, plans_to_compare
from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import Ledger, open_ledger
from segml.simulate import make_world
from segml.words.plan import Economics, LedgerPlan, SourcePlan, TierPlan

SOME = ("clusters 3", "clusters 4", "profitability", "strategic")
PLANS = {name: plans_to_compare(TierPlan())[name] for name in SOME}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    folder = tmp_path_factory.mktemp("ledger")
    world = make_world(clients=400, months=24, seed=11)
    world.transactions.to_parquet(folder / "lines.parquet")
    plan = LedgerPlan(transactions=SourcePlan(path=str(folder / "lines.parquet")))
    with open_ledger(plan, Economics(margin_rate=0.3)) as opened:
        yield opened


@pytest.fixture(scope="module")
def months(ledger: Ledger) -> list[Snapshot]:
    asked = FeaturePlan(horizon_days=90, active_days=365)
    end = ledger.last_day + 1
    return [snapshot(ledger.past(day), asked) for day in (end - 60, end - 30, end)]


@pytest.fixture(scope="module")
def found(months: list[Snapshot]) -> SchemeComparison:
    return compare_schemes(months, PLANS)


def test_every_scheme_has_a_row_and_its_shares_are_whole(found: SchemeComparison) -> None:
    assert found.schemes["scheme"].tolist() == list(PLANS)
    made = found.schemes.dropna(subset=["number"])
    assert set(made["scheme"]) == set(found.tiers["scheme"])
    shares = found.tiers.groupby("scheme")[["share_clients", "share_profit"]].sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    for name in ("kept", "moves", "top_clients"):
        assert made[name].between(0, 1).all()
    counted = found.tiers.groupby("scheme").size()
    assert made.set_index("scheme")["number"].astype(int).equals(counted[made["scheme"]])


def test_agreement_is_of_every_pair_once(found: SchemeComparison) -> None:
    made = found.schemes.dropna(subset=["number"])
    pairs = {frozenset(pair) for pair in found.agreement[["scheme", "other"]].to_numpy().tolist()}
    assert len(pairs) == len(found.agreement) == len(made) * (len(made) - 1) // 2
    assert found.agreement["rand"].between(-1, 1).all()


def test_the_same_inputs_give_the_same_figures(
    months: list[Snapshot], found: SchemeComparison
) -> None:
    one = {"clusters 4": PLANS["clusters 4"]}
    again = compare_schemes(months, one).schemes
    first = found.schemes[found.schemes["scheme"] == "clusters 4"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, first)


def test_months_that_are_alike_move_nobody(months: list[Snapshot]) -> None:
    alike = compare_schemes([months[-1]] * 3, {"clusters 3": PLANS["clusters 3"]}).schemes.iloc[0]
    assert (alike["moves"], alike["calm_moves"]) == (0.0, 0.0)


def test_a_scheme_that_cannot_be_made_is_listed_with_the_reason(months: list[Snapshot]) -> None:
    flat = [
        Snapshot(
            as_of=one.as_of,
            frame=one.frame.assign(profit_365=np.float32(1.0)),
            money=one.money,
            clients=one.clients,
            status=one.status,
            state=one.state,
        )
        for one in months
    ]
    row = compare_schemes(flat, {"clusters 3": PLANS["clusters 3"]}).schemes.iloc[0]
    assert pd.isna(row["kept"])
    assert "fewer than two values" in row["note"]


def test_movement_needs_two_dates(months: list[Snapshot]) -> None:
    with pytest.raises(ValueError, match="two dates"):
        compare_schemes(months[:1], PLANS)


def test_the_portfolios_own_bands_are_compared() -> None:
    bands = (1000.0, 500.0, 100.0)
    plan = TierPlan(scheme="strategic", number=5, bands=bands)
    assert plans_to_compare(plan)["strategic"].bands == bands
