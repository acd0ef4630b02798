"""From a feature frame to the tiers of a rule: what the ledger carries, and what is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.tiers import RULE_SCHEMES, TierModel, expected_shares, fit_tiers
from segml.words.errors import DataRefused
from segml.words.plan import RULE_TIERS, TierPlan

SCHEMES = pytest.mark.parametrize("scheme", list(RULE_SCHEMES))


def _frame(seed: int = 0, rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.2, rows)
    frame = pd.DataFrame(
        {
            "profit_365": 300 * size * rng.lognormal(0, 0.3, rows) - 60,
            "spend_365": 1000 * size * rng.lognormal(0, 0.3, rows),
            "orders_365": rng.poisson(4 * size) + 1,
            "margin_rate_365": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(0.3, 0.1, rows)),
            "tenure_days": rng.integers(1, 1500, rows),
            "continuity_365": rng.integers(1, 13, rows) / 12,
            "spend_trend_365": np.where(
                rng.random(rows) < 0.6, np.nan, rng.lognormal(0, 0.5, rows)
            ),
            "cost_to_serve_365": 40 * rng.lognormal(0, 1, rows),
            "care_share_365": rng.lognormal(-2, 0.7, rows),
            "minutes_365": rng.poisson(60, rows),
            "demands_180": rng.poisson(0.4, rows),
            "annual_turnover": np.where(rng.random(rows) < 0.3, np.nan, 1e6 * size),
            "wallet": np.where(rng.random(rows) < 0.7, np.nan, 4000 * size),
        },
        index=pd.Index([f"k{i:03}" for i in range(rows)], name="client_id"),
    )
    return frame.astype("float32")


def _status(frame: pd.DataFrame, last: str = "active", count: int = 0) -> pd.Series:
    kinds = ["active"] * (len(frame) - count) + [last] * count
    return pd.Series(kinds, index=frame.index)


def _fit(frame: pd.DataFrame, scheme: str, status: pd.Series | None = None) -> TierModel:
    plan = TierPlan(scheme=scheme, number=RULE_TIERS[scheme])
    return fit_tiers(frame, _status(frame) if status is None else status, plan=plan)


@SCHEMES
def test_the_names_are_the_schemes_own_and_stay_after_a_retrain(scheme: str) -> None:
    frame = _frame()
    first = _fit(frame, scheme)
    assert first.names == RULE_SCHEMES[scheme].tier_names
    plan = TierPlan(scheme=scheme, number=RULE_TIERS[scheme])
    later = fit_tiers(_frame(1), _status(frame), plan=plan, previous=first)
    assert later.names == first.names


@SCHEMES
def test_every_client_is_assigned_once_with_parts_that_sum_to_its_margin(scheme: str) -> None:
    frame = _frame()
    model = _fit(frame, scheme)
    found = model.assign(frame)
    assert found.index.equals(frame.index)
    assert (found["tier_margin"] >= 0).all()
    parts = model.contributions(frame, found)
    total = parts.base + parts.values.sum(axis=1)
    np.testing.assert_allclose(total, found["tier_margin"], atol=1e-9)
    assert parts.columns == model.columns


@SCHEMES
def test_an_absent_table_leaves_its_criteria_out_and_it_is_said(scheme: str) -> None:
    bare = _frame()[["profit_365", "spend_365", "orders_365", "tenure_days", "continuity_365"]]
    model = _fit(bare, scheme)
    said = [note for note in model.notes if "the ledger does not tell it" in note]
    own = RULE_SCHEMES[scheme].criteria
    absent = [line for line in own if not set(line.features) & set(bare.columns)]
    assert len(said) == len(absent) > 0
    for line in absent:
        assert any(f"`{line.features[0]}`" in note for note in said)


def test_the_weights_that_are_left_sum_to_a_hundred_points() -> None:
    frame = _frame()
    for columns in (list(frame.columns), ["profit_365", "spend_365", "orders_365"]):
        for scheme in RULE_SCHEMES:
            model = _fit(frame[columns], scheme)
            np.testing.assert_allclose(model.estimator.rule_.weights[0].sum(), 100.0)


def test_a_criterion_that_is_the_same_for_all_is_left_out_and_it_is_said() -> None:
    frame = _frame().assign(minutes_365=np.float32(5))
    model = _fit(frame, "profitability")
    assert "the rule does without `minutes_365`: the same for all clients" in model.notes
    parts = model.contributions(frame, model.assign(frame))
    assert (parts.values[:, model.columns.index("minutes_365")] == 0).all()


@SCHEMES
def test_only_strategic_expects_shares_of_its_tiers_and_not_as_a_ranking(scheme: str) -> None:
    found = expected_shares(_fit(_frame(), scheme).estimator)
    assert bool(found) == (scheme == "strategic")
    if found:
        tiers = [name for each in found for name in each["tiers"]]
        assert tiers == ["vip", "important", "ordinary", "potential", "small"]
        assert found[0] == {"tiers": ["vip"], "clients": [0.05, 0.1], "profit": [0.5, 1.0]}
        assert found[-1]["profit"] is None
    few = _fit(_frame(rows=40), scheme).estimator
    assert few.ranking_
    assert expected_shares(few) == []


def test_without_a_wallet_strategic_has_no_tier_potential() -> None:
    with_wallet = _fit(_frame(), "strategic")
    assert with_wallet.names[-2:] == ("potential", "small")
    without = _fit(_frame().drop(columns="wallet"), "strategic")
    assert without.names == ("vip", "important", "ordinary", "small")


def test_strategic_says_the_shares_it_found_beside_those_it_expects() -> None:
    model = _fit(_frame(), "strategic")
    said = [note for note in model.notes if "expected" in note]
    assert [note.split(":")[0] for note in said] == [
        "vip",
        "important",
        "ordinary",
        "potential or small",
    ]
    found = model.assign(_frame())["tier"].value_counts(normalize=True)
    assert said[0].startswith(f"vip: {100 * found['vip']:.0f} % of the clients (5 to 10 expected)")


@SCHEMES
def test_prospects_and_lapsed_clients_are_placed_and_shape_nothing(scheme: str) -> None:
    frame = _frame()
    other = frame.copy()
    other.iloc[-60:] = frame.iloc[-60:] * 50
    for kind in ("prospect", "lapsed"):
        status = _status(frame, kind, 60)
        one, two = _fit(frame, scheme, status), _fit(other, scheme, status)
        assert one.names == two.names
        pd.testing.assert_frame_equal(one.assign(frame), two.assign(frame), check_exact=True)


@SCHEMES
def test_fewer_than_two_profits_are_refused_with_a_next_step(scheme: str) -> None:
    with pytest.raises(DataRefused, match="Next: widen"):
        _fit(_frame().head(10).assign(profit_365=np.float32(1)), scheme)


@SCHEMES
def test_a_column_of_the_training_that_is_gone_is_refused(scheme: str) -> None:
    frame = _frame()
    model = _fit(frame, scheme)
    with pytest.raises(DataRefused, match="profit_365"):
        model.assign(frame.drop(columns="profit_365"))


@SCHEMES
def test_thresholds_tell_in_the_features_unit_what_is_missing_to_the_edge(scheme: str) -> None:
    frame = _frame()
    model = _fit(frame, scheme)
    found = model.assign(frame)
    distance = model.thresholds(frame, found)
    place = found["tier_margin"].nsmallest(20).index
    profit_or_spend = model.columns[0] if scheme != "strategic" else "spend_365"
    known = distance.loc[place, profit_or_spend].dropna()
    assert len(known) > 5
    moved = frame.astype("float64").loc[known.index]
    moved[profit_or_spend] += known
    margin = model.pair_margin(moved, found.loc[known.index])
    np.testing.assert_allclose(margin, 0.0, atol=1e-6)


def test_clusters_have_no_threshold_in_one_feature() -> None:
    frame = _frame()
    model = fit_tiers(frame, _status(frame), plan=TierPlan(number=4))
    assert model.thresholds(frame, model.assign(frame)).isna().all(axis=None)


def test_clusters_after_a_rule_get_names_of_their_own() -> None:
    frame = _frame()
    rule = _fit(frame, "levels")
    model = fit_tiers(frame, _status(frame), plan=TierPlan(number=4), previous=rule)
    assert model.names == ("tier 1", "tier 2", "tier 3", "tier 4")


def test_who_never_bought_does_not_come_back_again_and_again() -> None:
    """Nothing returned, nobody complained, growth unknown: all of that is no loyalty."""
    frame = _frame()
    rng = np.random.default_rng(1)
    frame["spend_growth_365"] = np.where(
        rng.random(len(frame)) < 0.3, np.nan, rng.lognormal(0, 0.3)
    )
    frame["complaints_180"] = rng.poisson(0.3, len(frame)).astype(float)
    frame["demands_rejected_365"] = np.where(rng.random(len(frame)) < 0.8, np.nan, rng.random())
    frame["returns_share_365"] = rng.random(len(frame)) / 10
    model = _fit(frame.astype("float32"), "levels")
    nothing = {**dict.fromkeys(frame, 0.0), "spend_growth_365": np.nan, "returns_share_365": np.nan}
    prospect = frame.head(1).assign(**nothing)
    assert model.assign(prospect.astype("float32"))["tier"].tolist() == ["level 1"]
    newcomer = prospect.assign(
        profit_365=200.0, orders_365=4.0, continuity_365=0.25, returns_share_365=0.0
    )
    assert model.assign(newcomer.astype("float32"))["tier"].tolist() == ["level 2"]
