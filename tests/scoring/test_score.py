import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import ONE_SEASON, Bundle, load, save
from segml.ledger import Ledger, date_of, open_ledger
from segml.scoring import (
    ACTIONS,
    CLIENTS,
    LEVERS,
    REASONS,
    ROLES,
    SCORES,
    SUBJECTS,
    Scored,
    score,
)
from segml.words.plan import Plan, SourcePlan

VERSION = "2023-10-02-0123456789"
DTYPES = {"date": "object", "text": "str", "whole": "int32", "number": "float64", "flag": "bool"}
CONTRACT = (
    "as_of, client_id, status, tier, tier_rank, previous_tier, tier_margin, tier_rival, raw_churn, "
    "p_churn, p_churn_low, p_churn_high, raw_potential, expected_profit, expected_profit_low, "
    "expected_profit_high, median_profit, profit_365, revenue_365, cost_to_serve_365, "
    "referral_profit_365, value_365, roles, is_key, action, model_version, currency"
)


def assert_same(one: Scored, two: Scored) -> None:
    for name in ("scores", "reasons", "features", "clients", "roles", "levers"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)


def test_the_scores_have_the_columns_of_the_contract_in_its_order(scored: Scored) -> None:
    assert list(scored.scores.columns) == CONTRACT.split(", ")


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("scores", SCORES),
        ("reasons", REASONS),
        ("clients", CLIENTS),
        ("roles", ROLES),
        ("levers", LEVERS),
    ],
)
def test_every_column_has_its_type(scored: Scored, name: str, schema: dict[str, str]) -> None:
    frame = getattr(scored, name)
    found = {column: str(dtype) for column, dtype in frame.dtypes.items()}
    assert found == {column: DTYPES[kind] for column, kind in schema.items()}


def test_every_client_known_at_the_date_has_one_row_in_order(scored: Scored) -> None:
    ids = scored.scores["client_id"]
    assert ids.is_unique
    assert ids.is_monotonic_increasing
    assert ids.tolist() == scored.clients["client_id"].tolist()
    assert ids.tolist() == scored.features["client_id"].tolist()
    assert set(scored.scores["status"]) == {"active", "lapsed", "prospect"}


def test_only_active_clients_have_a_churn_probability_and_all_have_a_raw_score(
    scored: Scored,
) -> None:
    scores = scored.scores
    active = scores["status"].eq("active")
    assert scores.loc[active, "p_churn"].between(0, 1).all()
    columns = ["p_churn", "p_churn_low", "p_churn_high"]
    assert scores.loc[~active, columns].isna().all(axis=None)
    assert np.isfinite(scores[["raw_churn", "raw_potential"]]).all(axis=None)
    # of a prospect nothing is expected where too few newcomers could teach it
    bought = scores["status"].ne("prospect")
    assert np.isfinite(scores.loc[bought, "expected_profit"]).all()
    assert scores.loc[~bought, "expected_profit"].isna().all()


def test_intervals_hold_what_they_are_around(scored: Scored) -> None:
    scores = scored.scores[scored.scores["status"].eq("active")]
    assert (scores["p_churn_low"] <= scores["p_churn"]).all()
    assert (scores["p_churn"] <= scores["p_churn_high"]).all()
    assert (scores["expected_profit_low"] <= scores["expected_profit"]).all()
    assert (scores["expected_profit"] <= scores["expected_profit_high"]).all()
    assert (scores["expected_profit_low"] <= scores["median_profit"]).all()
    assert (scores["median_profit"] <= scores["expected_profit_high"]).all()


def test_no_margin_is_negative_and_no_tier_is_its_own_rival(scored: Scored) -> None:
    assert (scored.scores["tier_margin"] >= 0).all()
    assert (scored.scores["tier"] != scored.scores["tier_rival"]).all()


def test_value_is_profit_and_referral_profit_and_key_are_the_top_rank_and_the_key_roles(
    scored: Scored,
) -> None:
    scores = scored.scores
    expected = scores["profit_365"] + scores["referral_profit_365"]
    assert np.allclose(scores["value_365"], expected, rtol=0, atol=1e-9)
    by_role = scores["roles"].str.contains("magnet|special")
    assert scores["is_key"].equals((scores["tier_rank"].eq(1) | by_role).rename("is_key"))
    assert set(scores["action"]) <= set(ACTIONS)
    assert set(scores["model_version"]) == {VERSION}
    assert set(scores["currency"]) == {"EUR"}


def test_roles_are_those_of_which_there_is_evidence(scored: Scored) -> None:
    scores = scored.scores.set_index("client_id")["roles"].str.split(",").explode()
    told = scored.roles[["client_id", "role"]].drop_duplicates()
    assert len(told) > 0
    pairs = [*zip(told["client_id"], told["role"], strict=True)]
    assert sorted(pairs) == sorted((who, role) for who, role in scores.items() if role)
    held = {role: count for role, count in scored.counts["by_role"].items() if count}
    assert held == told["role"].value_counts().to_dict()


def test_levers_are_told_of_active_clients_and_start_at_their_features(scored: Scored) -> None:
    status = scored.scores.set_index("client_id")["status"]
    assert len(scored.levers) > 0
    assert status.loc[scored.levers["client_id"]].eq("active").all()
    features = scored.features.set_index("client_id")
    values = [features.loc[row.client_id, row.feature] for row in scored.levers.itertuples()]
    assert scored.levers["value"].tolist() == values


def test_the_reasons_of_a_client_and_subject_sum_to_its_raw_score(
    scored: Scored, bundle: Bundle
) -> None:
    sums = scored.reasons.groupby(["client_id", "subject"])["contribution"].sum().unstack()  # noqa: PD010 - sums, one a cell
    scores = scored.scores.set_index("client_id")
    assert list(sums.index) == list(scores.index)
    assert set(sums.columns) == set(SUBJECTS)
    assert (sums["tier"] - scores["tier_margin"]).abs().max() < 1e-6
    assert (sums["churn"] - scores["raw_churn"]).abs().max() < 1e-6
    assert (sums["spends"] - scores["raw_potential"]).abs().max() < 1e-6
    frame = scored.features.set_index("client_id").drop(columns="as_of")
    buys = bundle.potential.buys.raw(bundle.encoder.matrix(frame))
    assert np.abs(sums["buys"].to_numpy() - buys).max() < 1e-6
    assert scored.summary["additive_error"] < 1e-6


def test_points_sum_to_the_probability_where_one_is_published(scored: Scored) -> None:
    churn = scored.reasons[scored.reasons["subject"].eq("churn")]
    points = churn.groupby("client_id")["points"].sum(min_count=1)
    p = scored.scores.set_index("client_id")["p_churn"]
    assert np.allclose(points, 100 * p, rtol=0, atol=1e-9, equal_nan=True)
    tier = scored.reasons[scored.reasons["subject"].isin(["tier", "spends"])]
    assert tier["points"].isna().all()


def test_reasons_stand_client_by_client_and_rank_by_rank(scored: Scored) -> None:
    reasons = scored.reasons
    assert reasons["client_id"].is_monotonic_increasing
    ranks = reasons.groupby(["client_id", "subject"], sort=False)["rank"]
    assert (ranks.diff().dropna() == 1).all()
    assert (ranks.first() == 0).all()
    assert reasons["rank"].max() <= 9


def test_rows_on_and_after_the_date_and_row_order_change_nothing(
    bundle: Bundle, scored: Scored, plan: Plan, as_of: int, tmp_path: Path
) -> None:
    lines = pd.read_parquet(str(plan.ledger.transactions.path))
    kept = lines[pd.to_datetime(lines["date"]) < pd.Timestamp(date_of(as_of))]
    assert len(kept) < len(lines)
    kept.sample(frac=1, random_state=0).to_parquet(tmp_path / "lines.parquet")
    source = SourcePlan(path=str(tmp_path / "lines.parquet"))
    cut = dataclasses.replace(plan.ledger, transactions=source)
    with open_ledger(cut, plan.economics) as shorter:
        assert_same(score(bundle, shorter, as_of, version=VERSION), scored)


def test_a_bundle_read_back_scores_the_same(
    bundle: Bundle, ledger: Ledger, as_of: int, scored: Scored, tmp_path: Path
) -> None:
    manifest = save(bundle, tmp_path / "v")
    again = load(tmp_path / "v", manifest_digest=manifest.digest)
    assert_same(score(again, ledger, date_of(as_of), version=VERSION), scored)


def test_every_row_is_dated(scored: Scored, as_of: int) -> None:
    for frame in (scored.scores, scored.reasons, scored.features):
        assert set(frame["as_of"]) == {date_of(as_of)}
        assert type(frame["as_of"].iloc[0]) is dt.date


def test_a_strange_name_passes_as_it_is(scored: Scored) -> None:
    assert "<script>轮胎 Шины</script>" in set(scored.clients["name"])


def test_the_summary_counts_every_client_once(scored: Scored) -> None:
    summary, clients = scored.summary, len(scored.scores)
    for counts in ("by_status", "by_tier", "by_action"):
        assert sum(summary[counts].values()) == clients == summary["clients"]


def test_scoring_does_not_import_shap() -> None:
    import subprocess
    import sys

    code = "import segml.scoring, sys; sys.exit('shap' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_store_takes_every_frame_as_it_is(scored: Scored, tmp_path: Path) -> None:
    from segml.stores.parquet import schema_of, write_parquet

    for name in ("scores", "reasons", "features", "clients", "told"):
        table, kind = getattr(scored, name), "reasons" if name == "told" else name
        write_parquet(tmp_path / name, table, schema_of(kind, table))
    assert (tmp_path / "told").read_bytes() == (tmp_path / "reasons").read_bytes()


def test_a_level_without_a_season_is_told_with_the_scores(scored: Scored, bundle: Bundle) -> None:
    assert ONE_SEASON in bundle.record.notes
    assert ONE_SEASON in scored.summary["notes"]
