import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle, fit, version_name
from segml.bundle.parts import encode
from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import Ledger, open_ledger
from segml.words.errors import HistoryTooShort
from segml.words.plan import ChurnPlan, Plan, PotentialPlan


def test_rows_after_the_as_of_date_and_row_order_change_no_byte_and_no_name(
    bundle: Bundle, ledger: Ledger, as_of: int, cut: Plan
) -> None:
    with open_ledger(cut.ledger, cut.economics) as shorter:
        assert shorter.last_day < as_of <= ledger.last_day
        again = fit(shorter, as_of, cut, threads=1)
    assert encode(again) == encode(bundle)
    assert version_name(again) == version_name(bundle)


def test_fits_side_by_side_change_no_byte(
    bundle: Bundle, ledger: Ledger, as_of: int, plan: Plan
) -> None:
    again = fit(ledger, as_of, plan, threads=2)
    assert version_name(again) == version_name(bundle)


def test_the_snapshot_that_is_seen_is_that_of_the_date(
    ledger: Ledger, as_of: int, plan: Plan
) -> None:
    seen: list[Snapshot] = []

    def see(now: Snapshot) -> None:
        seen.append(now)
        raise LookupError("seen")

    with pytest.raises(LookupError, match="seen"):
        fit(ledger, as_of, plan, seen=see)
    features = FeaturePlan(horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days)
    alone = snapshot(ledger.past(as_of), features)
    assert [one.as_of for one in seen] == [as_of]
    pd.testing.assert_frame_equal(seen[0].frame, alone.frame, check_exact=True)
    pd.testing.assert_series_equal(seen[0].status, alone.status)


def test_every_label_ends_by_the_as_of_date(bundle: Bundle, as_of: int, plan: Plan) -> None:
    for outcome in (bundle.record.churn, bundle.record.potential):
        assert outcome.cutoffs[-1] + plan.churn.gap_days + outcome.horizon_days == as_of
        assert len(outcome.cutoffs) == 3


def test_an_as_of_date_past_the_last_row_takes_labels_up_to_that_row(
    ledger: Ledger, plan: Plan
) -> None:
    late = fit(ledger, ledger.last_day + 4, plan, threads=1)
    assert late.as_of == ledger.last_day + 4
    last = late.record.churn.cutoffs[-1]
    assert last + plan.churn.gap_days + plan.churn.horizon_days == ledger.last_day + 1
    assert any("3 days before the as-of date" in note for note in late.record.notes)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"churn": ChurnPlan(horizon_days=400)}, "churn"),
        ({"potential": PotentialPlan(horizon_days=400)}, "potential"),
    ],
)
def test_a_horizon_that_does_not_fit_is_refused_with_the_one_that_does(
    ledger: Ledger, plan: Plan, as_of: int, change: dict[str, object], setting: str
) -> None:
    asked = dataclasses.replace(plan, **change)  # type: ignore[arg-type]  # keywords of a test case
    with pytest.raises(HistoryTooShort, match=rf"set `{setting}\.horizon_days` to \d+ or less"):
        fit(ledger, as_of, asked)


def test_progress_is_told_before_each_step(ledger: Ledger, plan: Plan) -> None:
    told: list[str] = []

    def listen(step: str, done: int, steps: int) -> None:
        told.append(f"{step} {done}/{steps}")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(ledger, ledger.last_day + 1, plan, progress=listen)
    assert told == ["features 0/6"]


def test_tier_names_are_those_of_the_last_version(
    ledger: Ledger, plan: Plan, as_of: int, bundle: Bundle
) -> None:
    names = ("gold", "silver", "bronze", "tin")[: len(bundle.tiers.names)]
    tiers = dataclasses.replace(bundle.tiers, names=names)
    named = dataclasses.replace(bundle, tiers=tiers)
    assert fit(ledger, as_of, plan, previous=named, threads=1).tiers.names == names


def test_the_record_says_on_what_and_with_what_it_was_trained(
    bundle: Bundle, ledger: Ledger
) -> None:
    record = bundle.record
    seen = ledger.past(bundle.as_of)
    assert record.fingerprint == seen.fingerprint != ledger.fingerprint
    assert record.last_day == seen.last_day < bundle.as_of
    assert record.counts["transactions rows"] == seen.rows["transactions"]
    assert record.churn.rows > 0
    assert 0 < record.churn.label_rate < 1
    assert record.counts["clients"] == sum(
        record.counts[status] for status in ("active", "lapsed", "prospect")
    )
    assert sum(tier["clients"] for tier in record.tiers) == (
        record.counts["clients"] - record.counts["prospect"]
    )
    assert record.state
    assert set(bundle.references) == {"churn", "potential", "tiers"}
    for means in bundle.references.values():
        assert np.isfinite(list(means.values())).all()


def test_no_source_of_the_ledger_is_in_the_bundle(bundle: Bundle, plan: Plan) -> None:
    path = str(plan.ledger.transactions.path).encode()
    assert not any(path in raw for raw in encode(bundle).values())
