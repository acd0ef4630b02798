"""The real, dirty ledger of Online Retail II, mapped by YAML alone, from check to report."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import segml
from segml.features import FeaturePlan, snapshot
from segml.ledger import day_of, open_ledger
from segml.tiers import fit_tiers
from segml.words.plan import RULE_TIERS, TierPlan

CONFIG = Path(__file__).parents[2] / "configs" / "online-retail.yaml"
LINES = Path(os.environ.get("SEGML_DATA", "absent")) / "online_retail" / "invoice_lines.parquet"

pytestmark = pytest.mark.skipif(
    not LINES.is_file(), reason="SEGML_DATA names no folder with online_retail/"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration in a folder of its own: what it writes lands beside.

    Of fewer cut-offs: they cost the time.
    """
    (tmp_path / "configs").mkdir()
    text = CONFIG.read_text("utf-8")
    assert "cutoffs: 12," in text
    copy = tmp_path / "configs" / CONFIG.name
    copy.write_text(text.replace("cutoffs: 12,", "cutoffs: 4,"), "utf-8")
    return copy


def test_the_check_names_every_trap_with_its_count(config: Path) -> None:
    checked = segml.check(config)
    counts = checked.check.counts["transactions"]
    assert counts.read == 748_841 == counts.kept + counts.quarantined + counts.filtered
    found = {one.code: one.count for one in checked.check.findings}
    assert found["lines_without_client"] == 169_221
    assert found["left_out_by_where"] == counts.filtered
    prefixes = {one.count for one in checked.check.findings.of("order_prefix")}
    assert prefixes == {14_371, 3}  # cancellations (C…), bad-debt adjustments (A…)
    assert found["zero_amount"] == 4_987
    assert found["odd_products"] == 4_309
    (odd,) = checked.check.findings.of("odd_products")
    assert all(code in odd.message for code in ("POST", "BANK CHARGES", "AMAZONFEE"))
    assert found["duplicate_lines"] > 8_000
    assert found["float_ids"] > 500_000
    assert found["returns"] > 14_000


@pytest.mark.long
@pytest.mark.slow
def test_the_chain_runs_from_training_to_report(config: Path) -> None:
    trained = segml.train(config, as_of="2010-12-01")
    assert trained.tracked is not None
    scored = segml.score(config, as_of="2011-06-01").scored
    active = scored.scores["status"] == "active"
    assert active.sum() > 4_000
    sums = scored.reasons.groupby(["subject", "client_id"])["contribution"].sum()["churn"]
    np.testing.assert_allclose(sums, scored.scores["raw_churn"], atol=1e-6)
    lost = segml.analyse_losses(config, start="2010-12-01", end="2011-06-01")
    assert lost.summary["model_version"] == trained.version.version
    assert 0 < len(lost.analysis.losses) < lost.summary["key_clients"] / 4
    money = lost.analysis.loss_reasons["money"].sum()
    assert money == pytest.approx(lost.analysis.losses["profit_lost"].sum())
    page = segml.write_report(config).path.read_text("utf-8")
    assert all(client in page for client in lost.analysis.losses["client_id"])
    assert "<script" not in page


@pytest.mark.slow
def test_each_rule_places_everybody_by_what_the_columns_allow(config: Path) -> None:
    plan = segml.read_settings(config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        now = snapshot(ledger.past(day_of(date(2011, 6, 1))), FeaturePlan())
    for scheme, number in RULE_TIERS.items():
        model = fit_tiers(now.frame, now.status, plan=TierPlan(scheme=scheme, number=number))
        found = model.assign(now.frame)
        assert not model.estimator.ranking_
        assert found["tier"].nunique() == len(model.names)
        assert (found["tier_margin"] >= 0).all()
        mean = now.money["profit_365"].groupby(found["tier_rank"]).mean()
        assert mean.is_monotonic_decreasing
        assert any("the ledger does not tell it" in note for note in model.notes)
    assert model.names[-1] == "small"  # no wallets, so nobody is `potential`
