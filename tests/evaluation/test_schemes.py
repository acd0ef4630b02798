from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from segml.evaluation import SchemeComparison, compare_schemes, plans_to_compare
from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import Ledger, open_ledger
from segml.simulate import make_world
from segml.words.plan import RULE_TIERS, Economics, LedgerPlan, SourcePlan, TierPlan

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


def test_every_scheme_and_number_is_compared() -> None:
    names = {name for name in plans_to_compare(TierPlan()) if not name.startswith("clusters ")}
    assert names == set(RULE_TIERS)


def _portfolio(profit: np.ndarray, value: np.ndarray) -> Snapshot:
    names = pd.Index([f"c{place:04d}" for place in range(len(profit))], name="client_id")
    money = pd.DataFrame({"profit_365": profit, "value_365": value}, index=names)
    return Snapshot(
        as_of=20_000,
        frame=pd.DataFrame({"profit_365": profit.astype(np.float32)}, index=names),
        money=money,
        clients=pd.DataFrame(index=names),
        status=pd.Series("active", index=names),
        state={},
    )


def test_tiers_far_apart_are_kept_and_those_cut_out_of_one_heap_are_not() -> None:
    rng = np.random.default_rng(3)
    apart = np.repeat([1e1, 1e4, 1e7], 200) * rng.lognormal(0, 0.1, 600)
    heap = rng.normal(1_000.0, 50.0, 600)
    plans = {"three": TierPlan(number=3), "eight": TierPlan(number=8)}
    found = [
        compare_schemes([_portfolio(one, one)] * 2, plans).schemes.set_index("scheme")
        for one in (apart, heap)
    ]
    assert found[0].loc["three", ["kept", "rand"]].tolist() == [1.0, 1.0]
    assert found[1].loc["eight", "kept"] < 0.95
    assert found[0].loc["three", "separation"] > found[1].loc["eight", "separation"]


def test_calm_is_who_is_worth_the_same_whatever_tier_it_comes_to() -> None:
    rng = np.random.default_rng(4)
    profit = rng.lognormal(6, 1, 400)
    moved = profit.copy()
    moved[:40] *= 100.0
    before, now = _portfolio(profit, profit), _portfolio(moved, moved)
    row = compare_schemes([before, now], {"three": TierPlan(number=3)}).schemes.iloc[0]
    assert row["moves"] > 0.0 == row["calm_moves"]
    restless = _portfolio(moved, profit)
    row = compare_schemes([before, restless], {"three": TierPlan(number=3)}).schemes.iloc[0]
    assert row["calm_moves"] == row["moves"] > 0.0
