import dataclasses
from pathlib import Path

import numpy as np

from segml.bundle import Bundle, card, fit, load, save, standing
from segml.bundle.standing import QUANTITIES
from segml.features import snapshot
from segml.ledger import Ledger
from segml.words.plan import OutlookPlan, Plan


def test_the_outlook_holds_the_horizons_the_history_taught_and_names_the_others(
    bundle: Bundle,
) -> None:
    assert bundle.outlook is not None
    # twenty months, three cut-offs: the longest label of all has not ended at three of them
    assert bundle.outlook.horizons.days == (30, 60)
    for days in (90, 180, 365):
        assert any(f"{days} days are left out" in note for note in bundle.record.notes)


def test_a_horizon_asked_for_is_learnt_and_the_churn_horizon_is_always_there(
    ledger: Ledger, as_of: int, plan: Plan
) -> None:
    asked = dataclasses.replace(plan, outlook=OutlookPlan(horizons=(20,)))
    found = fit(ledger, as_of, asked, threads=1).outlook
    assert found is not None
    assert found.horizons.days == (20, 60)


def test_a_bundle_is_read_back_with_its_outlook(bundle: Bundle, tmp_path: Path) -> None:
    manifest = save(bundle, tmp_path / "bundle")
    again = load(tmp_path / "bundle", manifest_digest=manifest.digest)
    assert again.outlook == bundle.outlook
    assert again.plan.outlook == bundle.plan.outlook


def test_where_a_client_stands_is_told_by_named_quantities(
    bundle: Bundle, ledger: Ledger, as_of: int
) -> None:
    frame = snapshot(ledger.past(as_of), bundle.features).frame
    assignment = bundle.tiers.assign(frame)
    told = standing(bundle.tiers, frame, assignment, churn=np.zeros(len(frame)))
    assert told.shape == (len(frame), len(QUANTITIES))
    top = assignment["tier_rank"].eq(1).to_numpy()
    assert np.isnan(told[top, QUANTITIES.index("above")]).all()
    filled = told[:, QUANTITIES.index("year_filled")]
    tenure = frame["tenure_days"].to_numpy(float)
    assert np.array_equal(filled == 1.0, tenure >= 365)


def test_the_card_tells_how_each_horizon_was_tried(bundle: Bundle) -> None:
    assert bundle.outlook is not None
    told = card(bundle).partition("## Outlook: other horizons and tiers")[2].partition("\n## ")[0]
    for head in bundle.outlook.horizons.heads:
        assert f"| {head.horizon_days} |" in told
        assert f"{head.record['validated_rows']:,}" in told
