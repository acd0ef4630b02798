"""The whole chain on one made world: what is written, twice, and what it promises."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.conftest import SCORED, Challenged, Filled
from tests.flows.worlds import copied

import segml
from segml.flows.session import session
from segml.flows.train import _of_ledger
from segml.report.words import loss_sentence, reason_sentence
from segml.stores import read_run, read_table
from segml.words.errors import (
    BundleRefused,
    ConfigurationRefused,
    ContractBroken,
    HistoryTooShort,
    LockHeld,
    NoModel,
    StaleLedger,
)


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.parquet"))
    }


def _copy(chain: Any, tmp_path: Path) -> Path:
    """The world with its registry and without its output."""
    target = tmp_path / "copy"
    ignored = shutil.ignore_patterns("out", "mlruns", "mlruns.db")
    shutil.copytree(chain.config.parent, target, ignore=ignored)
    return target / chain.config.name


def test_scoring_twice_gives_the_same_bytes(chain: Any) -> None:
    before, record = _digests(chain.scored.folder), read_run(chain.scored.folder)
    again = segml.score(chain.config, as_of="2024-04-01")
    after = read_run(again.folder)
    assert _digests(again.folder) == before
    assert before.keys() >= {"scores.parquet", "reasons.parquet", "features.parquet"}
    differing = {key for key in record if record[key] != after[key]}
    assert differing <= {"timings", "started", "run_id"}


def test_rows_after_the_date_change_no_score(
    chain: Any, filled_months: Filled, tmp_path: Path
) -> None:
    config = _copy(chain, tmp_path)
    path = config.parent / "ledger" / "transactions" / "part-00000.parquet"
    lines = pd.read_parquet(path)
    earlier = lines[lines["date"] < date(2024, 2, 1)]
    assert len(earlier) < len(lines)
    earlier.sample(frac=1, random_state=1).to_parquet(path)
    cut = segml.score(config, as_of="2024-02-01")
    whole = filled_months.folders[1]
    assert whole.name == cut.folder.name
    for table in ("scores", "reasons", "features", "clients"):
        pd.testing.assert_frame_equal(read_table(cut.folder, table), read_table(whole, table))


def test_reasons_of_every_client_and_subject_sum_to_its_score(chain: Any) -> None:
    scores = read_table(chain.scored.folder, "scores").set_index("client_id")
    reasons = read_table(chain.scored.folder, "reasons")
    sums = reasons.groupby(["subject", "client_id"])["contribution"].sum()
    np.testing.assert_allclose(sums["churn"], scores["raw_churn"], atol=1e-6)
    np.testing.assert_allclose(sums["tier"], scores["tier_margin"], atol=1e-6)
    np.testing.assert_allclose(sums["spends"], scores["raw_potential"], atol=1e-6)
    assert set(sums.index.get_level_values("subject")) == {"tier", "churn", "buys", "spends"}
    assert (scores["tier_margin"] >= 0).all()


def test_the_probability_of_churn_is_given_to_active_clients_alone(chain: Any) -> None:
    scores = read_table(chain.scored.folder, "scores")
    active = scores["status"] == "active"
    assert scores.loc[active, "p_churn"].between(0, 1).all()
    assert scores.loc[~active, "p_churn"].isna().all()
    assert np.isfinite(scores["raw_churn"]).all()
    assert {"active", "prospect"} <= set(scores["status"])


def test_money_of_the_losses_sums_to_the_total(chain: Any) -> None:
    losses = read_table(chain.lost.folder, "losses")
    reasons = read_table(chain.lost.folder, "loss_reasons")
    assert len(losses) > 0
    assert reasons["money"].sum() == pytest.approx(losses["profit_lost"].sum(), rel=1e-9)
    by_client = reasons.groupby("client_id")["money"].sum()
    expected = losses.set_index("client_id")["profit_lost"].sort_index()
    np.testing.assert_allclose(by_client, expected, rtol=1e-9, atol=1e-6)


def test_the_model_of_a_loss_analysis_saw_nothing_after_the_earlier_day(
    chain: Any, tmp_path: Path
) -> None:
    assert chain.trained.version.version == chain.lost.summary["model_version"]
    config = _copy(chain, tmp_path)
    earlier = segml.analyse_losses(config, start="2023-09-01", end="2023-11-01")
    assert earlier.summary["model_version"].startswith("2023-09-01-")
    assert any("fitted for this analysis" in note for note in earlier.summary["notes"])
    with pytest.raises(HistoryTooShort, match=r"no version trained .* days.*; a later `--from`"):
        segml.analyse_losses(config, start="2022-03-01", end="2023-11-01")


def test_hostile_and_foreign_names_pass_from_csv_to_the_report(chain: Any, tmp_path: Path) -> None:
    config = copied(chain, tmp_path, without=("as_of=*",))
    ledger = config.parent / "ledger"
    for path in ledger.rglob("*.parquet"):
        pd.read_parquet(path).to_csv(path.with_suffix(".csv"), index=False, encoding="utf-8-sig")
    listed = ledger / "clients" / "part-00000.csv"
    clients = pd.read_csv(listed, dtype=str, encoding="utf-8-sig")
    lost = chain.lost.analysis.losses["client_id"].tolist()
    risky = chain.scored.scored.scores.nlargest(3, "profit_365")["client_id"].tolist()
    names = ['<script>alert("x")</script>', "ООО «Ромашка & Ко»", "北京金鼎贸易有限公司"]
    for client_id, name in zip([*risky, *lost], names * 20, strict=False):
        clients.loc[clients["client_id"] == client_id, "name"] = name
    clients.to_csv(listed, index=False)
    config.write_text(config.read_text("utf-8").replace(".parquet", ".csv"), "utf-8")
    scored = segml.score(config, as_of="2024-04-01")
    for table in ("scores", "reasons", "features"):
        pd.testing.assert_frame_equal(
            read_table(scored.folder, table), read_table(chain.scored.folder, table)
        )
    page = segml.write_report(config).path.read_text("utf-8")
    assert "ООО «Ромашка &amp; Ко»" in page
    assert "北京金鼎贸易有限公司" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_explanation_of_a_client_says_what_was_published(chain: Any) -> None:
    row = chain.scored.scored.scores.iloc[0]
    told = segml.explain(chain.config, row["client_id"], as_of="2024-04-01")
    assert told.facts.tier == row["tier"]
    assert told.facts.explained["churn"].raw == pytest.approx(row["raw_churn"], abs=1e-6)
    with pytest.raises(ConfigurationRefused, match="did you mean"):
        segml.explain(chain.config, row["client_id"] + "0", as_of="2024-04-01")
    with pytest.raises(ConfigurationRefused, match="`1234567`"):  # a number is its text
        segml.explain(chain.config, 1234567, as_of="2024-04-01")  # type: ignore[arg-type]  # as from a frame


def test_the_outlook_of_a_client_is_told_in_its_explanation_and_on_the_page(chain: Any) -> None:
    outlook = read_table(chain.scored.folder, "outlook")
    client_id = outlook["client_id"].iloc[0]
    told = segml.explain(chain.config, client_id, as_of="2024-04-01")
    said = [line for line in told.told if "estimate of the chances in 30, 90 and 120 days" in line]
    assert len(said) == 1
    mine = outlook[outlook["client_id"].eq(client_id)]
    published = told.summary["standing"]["outlook"]
    assert [one["p_churn"] for one in published] == mine["p_churn"].tolist()
    assert "estimate of the chances in 30, 90 and 120 days" in chain.page.read_text("utf-8")


def test_the_explanation_of_a_lost_client_has_the_facts_of_its_dossier(chain: Any) -> None:
    page = segml.write_report(chain.config, as_of="2024-04-01").facts.losses
    assert page is not None
    assert page.lost
    for dossier in page.lost[:3]:
        told = segml.explain(chain.config, dossier.client_id, as_of="2024-04-01")
        assert told.loss == dossier
        assert told.summary["loss"]["profit_lost"] == dossier.profit_lost
        said = "\n".join(told.told)
        assert "Lost key client, by the loss analysis from" in said
        assert said.index("Lost key client") < said.index("Place in its tier")
        assert loss_sentence(dossier, "EUR") in said
        assert reason_sentence(dossier) in said
    stayed = chain.scored.scored.scores
    stayed = stayed[~stayed["client_id"].isin(chain.lost.analysis.losses["client_id"])]
    told = segml.explain(chain.config, stayed["client_id"].iloc[0], as_of="2024-04-01")
    assert told.loss is None
    assert not any("Lost key client" in line for line in told.told)


def test_a_changed_model_file_is_refused_and_nothing_is_published(
    chain: Any, tmp_path: Path
) -> None:
    config = _copy(chain, tmp_path)
    version = config.parent / "models" / "demo" / chain.trained.version.version
    victim = next(path for path in sorted(version.iterdir()) if path.name != "manifest.json")
    victim.write_bytes(victim.read_bytes() + b" ")
    with pytest.raises(BundleRefused, match="changed"):
        segml.score(config, as_of="2024-04-01")
    assert not list((config.parent / "out").glob("as_of=*"))


def test_refusals_have_their_causes(chain: Any, tmp_path: Path) -> None:
    config = _copy(chain, tmp_path)
    with pytest.raises(StaleLedger, match="2024-04-01"):
        segml.score(config, as_of=date(2026, 1, 1))
    with pytest.raises(StaleLedger):
        segml.analyse_losses(config, start="2023-10-01", end="2026-01-01")
    with pytest.raises(HistoryTooShort):
        segml.score(config, as_of="2021-12-01")
    with pytest.raises(HistoryTooShort):
        segml.train(config, as_of="2022-06-01")
    with pytest.raises(NoModel):
        segml.backfill(config, start="2023-01-01", end="2023-03-01")
    with pytest.raises(ConfigurationRefused, match="no version"):
        segml.promote(config, "2020-01-01-0123456789")
    with pytest.raises(ConfigurationRefused):
        segml.analyse_losses(config, start="2024-04-01", end="2024-04-01")
    path = config.parent / "ledger" / "transactions" / "part-00000.parquet"
    pd.read_parquet(path).drop(columns="amount").to_parquet(path)
    with pytest.raises(ContractBroken, match="amount"):
        segml.score(config, as_of="2024-04-01")
    assert segml.check(config).exit_code == 3


def test_a_second_run_at_the_same_time_is_refused(chain: Any) -> None:
    from segml.flows.session import session
    from segml.flows.settings import read_settings

    settings = read_settings(chain.config)
    with session(settings, "a test"), pytest.raises(LockHeld, match="a test"):
        segml.score(chain.config, as_of="2024-04-01")


def test_a_search_or_a_backtest_keeps_no_nightly_run_waiting(chain: Any, tmp_path: Path) -> None:
    from segml.flows.session import session
    from segml.flows.settings import read_settings

    config = shutil.copytree(chain.config.parent, tmp_path / "copy") / chain.config.name
    published = config.parent / "out" / f"as_of={SCORED}"
    expected = (published / "scores.parquet").read_bytes()
    shutil.rmtree(published)
    with session(read_settings(config), "segml tune", create=True, is_study=True):
        assert segml.score(config, as_of=SCORED).folder == published
        for study in (segml.backtest, lambda each: segml.compare_schemes(each, as_of=SCORED)):
            with pytest.raises(LockHeld, match="segml tune"):
                study(config)
    assert (published / "scores.parquet").read_bytes() == expected


def test_a_later_version_is_a_challenger_until_promoted(
    chain: Any, challenged: Challenged, tmp_path: Path
) -> None:
    later = challenged.trained.version
    assert later.status == "challenger"
    config = shutil.copytree(challenged.config.parent, tmp_path / "copy") / challenged.config.name
    assert segml.score(config, as_of="2024-04-01").version.version == (
        chain.trained.version.version
    )
    # so few clients make other tiers of four months later, which the gate would not let pass
    segml.promote(config, later.version, because="the rules of promotion are tested elsewhere")
    assert segml.score(config, as_of="2024-04-01").version.version == later.version
    with pytest.raises(ConfigurationRefused, match="a reason of 0 signs"):
        segml.rollback(config, because=" ")
    segml.rollback(config, because="it scored too high")
    trail = json.loads((config.parent / "models" / "demo" / "registry.json").read_bytes())
    assert "because: it scored too high" in json.dumps(trail)
    listed = segml.list_models(config).summary["versions"]
    assert {entry["version"]: entry["status"] for entry in listed} == {
        chain.trained.version.version: "champion",
        later.version: "archived",
    }


def test_the_run_says_how_the_ledger_was_read(chain: Any, tmp_path: Path) -> None:
    config = _copy(chain, tmp_path)
    text = config.read_text("utf-8")
    assert "\nledger:\n" in text
    config.write_text(text.replace("\nledger:\n", "\nledger:\n  stale_after_days: 14\n"), "utf-8")
    with session(segml.read_settings(config), "a test", create=True) as run:
        told = _of_ledger(run)
    assert told["ledger.stale_after_days"] == "14"
    assert not any(str(config.parent) in value for value in told.values())


def test_the_summaries_are_plain_json(chain: Any) -> None:
    for result in (chain.trained, chain.scored, chain.lost):
        assert json.loads(json.dumps(result.summary, allow_nan=False)) == result.summary
        assert result.lines()


def test_changed_money_is_refused_and_changed_rules_are_followed(
    chain: Any, tmp_path: Path
) -> None:
    config = _copy(chain, tmp_path)
    text = config.read_text("utf-8")
    config.write_text(text.replace("order: 9", "order: 400"), "utf-8")
    with pytest.raises(ConfigurationRefused, match=r"economics.order` 9.0 there, 400.0 here"):
        segml.score(config, as_of="2024-04-01")
    config.write_text(
        text.replace("key: [1]", "key: [1, 2]").replace("horizon_days: 120", "horizon_days: 60")
        + "losses: {shrunk_below: 0.9}\n",
        "utf-8",
    )
    scored = segml.score(config, as_of="2024-04-01")
    scores = scored.scored.scores
    by_role = scores["roles"].str.contains("magnet|special")
    assert scores.loc[by_role, "is_key"].all()
    assert set(scores.loc[scores["is_key"] & ~by_role, "tier_rank"]) == {1, 2}
    assert any(
        "`churn.horizon_days` 120 there, 60 here" in note for note in scored.summary["notes"]
    )
    lost = segml.analyse_losses(config, start="2023-10-01", end="2023-11-01")
    assert lost.summary["shrunk_below"] == 0.9
    assert lost.summary["key_clients"] > chain.lost.summary["key_clients"]


def test_a_model_that_saw_later_days_is_told(chain: Any, tmp_path: Path) -> None:
    config = _copy(chain, tmp_path)
    early = segml.score(config, as_of="2023-08-01")
    assert any("was trained on what was known at 2023-10-01" in n for n in early.summary["notes"])
    assert not any("trained on" in note for note in chain.scored.summary["notes"])


def test_a_ledger_of_returns_alone_trains_without_anything_to_plot(
    chain: Any, tmp_path: Path
) -> None:
    config = _copy(chain, tmp_path)
    shutil.rmtree(config.parent / "models")
    path = config.parent / "ledger" / "transactions" / "part-00000.parquet"
    lines = pd.read_parquet(path)
    lines.assign(amount=-lines["amount"].abs(), is_return=True).to_parquet(path)
    trained = segml.train(config, as_of="2024-04-01")
    assert trained.tracked is not None
    assert set(segml.score(config, as_of="2024-04-01").scored.scores["status"]) == {
        "lapsed",
        "prospect",
    }
