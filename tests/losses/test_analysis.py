from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.ledger import Ledger, Past, date_of, open_ledger
from segml.losses import (
    COURSE,
    EVIDENCE,
    LOOKALIKES,
    LOSS_DRIVERS,
    LOSS_EVENTS,
    LOSS_FAULTS,
    LOSS_REASONS,
    LOSS_TREND,
    LOSSES,
    LOSSES_BY,
    MARGINS,
    NEXT_LOST,
    PATH,
    PROFIT_PARTS,
    RECORDED_REASONS,
    RELIEF,
    TEXT_CODES,
    UNKNOWN,
    WINBACK,
    LossAnalysis,
    analyse,
)
from segml.words.plan import LedgerPlan, SourcePlan

KEY_CLIENTS = 12 + len(("stopped", "quarterly", "gone", "shrunk", "sunk", "pressed"))
FRAMES = (
    "losses",
    "loss_reasons",
    "evidence",
    "demoted",
    "course",
    "path",
    "margins",
    "profit_parts",
    "next_lost",
    "lookalikes",
    "winback",
    "losses_by",
    "loss_faults",
    "loss_events",
    "loss_drivers",
    "loss_trend",
    "relief",
    "recorded_reasons",
    "event_impact",
    "company_events",
)
WITHOUT_LOSSES = ("loss_trend", "relief")
"""Frames that have rows though nobody was lost: quarters, and departures that are no loss."""
FIRST = dt.date(2022, 1, 3)
TURN = dt.date(2024, 1, 8)
LAST_ORDER = TURN - dt.timedelta(days=(TURN - FIRST).days % 14 or 14)


def loss(analysis: LossAnalysis, client_id: str) -> pd.Series:
    return analysis.losses.set_index("client_id").loc[client_id]


def rewritten(past: Past, bundle: Bundle, folder: Path, shuffle: int | None) -> LedgerPlan:
    """The plan of a ledger that holds the lines of a past, in their order or in any other."""
    table = past.frame(
        "select client_id, date '1970-01-01' + day as date, amount, cost, discount, product, "
        "category, quantity from {lines} join {clients} using (client)"
    )
    if shuffle is not None:
        table = table.sample(frac=1.0, random_state=shuffle)
    table.to_parquet(folder / "lines.parquet")
    source = SourcePlan(path=str(folder / "lines.parquet"))
    return dataclasses.replace(bundle.plan.ledger, transactions=source)


def test_each_fate_is_found_and_no_steady_client_is_called_lost(analysis: LossAnalysis) -> None:
    found = dict(zip(analysis.losses["client_id"], analysis.losses["kind"], strict=True))
    assert found == {
        "stopped": "left",
        "shrunk": "shrunk",
        "sunk": "unprofitable",
        "pressed": "unprofitable",
    }
    assert analysis.summary["by_kind"] == {"left": 1, "shrunk": 1, "unprofitable": 2}


def test_a_quarterly_buyer_is_not_lost_after_ten_weeks(analysis: LossAnalysis) -> None:
    assert "quarterly" not in set(analysis.losses["client_id"])
    assert analysis.summary["key_clients"] == KEY_CLIENTS


def test_who_was_lost_before_the_earlier_date_is_not_counted_again(
    analysis: LossAnalysis,
) -> None:
    assert "gone" not in set(analysis.losses["client_id"])
    assert analysis.summary["lost_before"] == 1
    assert analysis.summary["won_and_lost"] == {"clients": 0, "profit": 0.0}
    assert analysis.summary["lapsed"] == {"clients": 0, "profit": 0.0}


def test_the_onset_of_a_stop_stands_between_the_last_order_and_the_one_that_was_due(
    analysis: LossAnalysis,
) -> None:
    onset = loss(analysis, "stopped")["onset"]
    assert LAST_ORDER <= onset <= LAST_ORDER + dt.timedelta(days=14)


@pytest.mark.parametrize("client_id", ["shrunk", "sunk", "pressed"])
def test_the_onset_of_a_fade_is_found_within_a_gap(analysis: LossAnalysis, client_id: str) -> None:
    row = loss(analysis, client_id)
    assert abs((row["onset"] - TURN).days) <= 14
    assert row["onset_low"] <= row["onset"] <= row["onset_high"] <= row["lost_on"]
    assert (row["lost_on"] - row["onset"]).days >= 90


def test_a_client_is_lost_after_three_of_its_gaps_and_a_month(analysis: LossAnalysis) -> None:
    silent = (loss(analysis, "stopped")["lost_on"] - LAST_ORDER).days
    assert 43 <= silent <= 60


def test_the_contributions_sum_to_the_change_of_the_raw_score(analysis: LossAnalysis) -> None:
    path = analysis.path.set_index("client_id")
    change = path["raw_churn_after"] - path["raw_churn_before"]
    sums = analysis.loss_reasons.groupby("client_id")["contribution"].sum()
    assert change.abs().max() > 0
    np.testing.assert_allclose(sums[change.index], change, atol=1e-6)


def test_the_shares_of_a_client_sum_to_one_and_its_money_to_what_it_lost(
    analysis: LossAnalysis,
) -> None:
    by_client = analysis.loss_reasons.groupby("client_id")
    np.testing.assert_allclose(by_client["share"].sum(), 1.0, atol=1e-12)
    assert analysis.loss_reasons["share"].between(0, 1).all()
    lost = analysis.losses.set_index("client_id")["profit_lost"]
    np.testing.assert_allclose(by_client["money"].sum()[lost.index], lost, rtol=1e-12)
    assert sum(analysis.summary["money_by_reason"].values()) == pytest.approx(lost.sum())
    assert analysis.summary["profit_lost"] == pytest.approx(lost.sum())


def test_only_drivers_and_the_unknown_row_carry_a_share(analysis: LossAnalysis) -> None:
    reasons = analysis.loss_reasons
    carried = reasons[(reasons["reason"] == "unknown") & (reasons["share"] > 0)]
    assert set(carried["feature"]) <= {UNKNOWN}
    assert (reasons["feature"] == UNKNOWN).sum() == len(analysis.losses)


def test_the_money_is_a_year_of_profit_less_what_remains(analysis: LossAnalysis) -> None:
    year = 500.0 * 365 / 14
    assert loss(analysis, "stopped")["profit_lost"] == pytest.approx(year, rel=0.05)
    assert loss(analysis, "shrunk")["profit_lost"] == pytest.approx(0.9 * year, rel=0.1)
    assert loss(analysis, "sunk")["profit_lost"] == pytest.approx(1.4 * year, rel=0.1)


def test_the_parts_of_the_profit_sum_to_what_was_lost_by_clients_that_stayed(
    analysis: LossAnalysis,
) -> None:
    sums = analysis.profit_parts.groupby("client_id")["money"].sum()
    assert set(sums.index) == {"shrunk", "sunk", "pressed"}
    lost = analysis.losses.set_index("client_id")["profit_lost"]
    np.testing.assert_allclose(sums, lost[sums.index], rtol=1e-12)


def test_a_client_whose_discount_ate_the_profit_is_named_by_its_margin(
    analysis: LossAnalysis,
) -> None:
    row = loss(analysis, "pressed")
    assert row["reason_1"] == "margin"
    assert row["share_1"] > 0.95
    told = analysis.loss_reasons[analysis.loss_reasons["client_id"] == "pressed"]
    most = told.loc[told["share"].idxmax()]
    assert most["feature"] == "discount_rate_90"
    assert (most["value_before"], most["value_after"]) == (0.0, pytest.approx(0.55))
    shown = analysis.evidence.query("client_id == 'pressed' and reason == 'margin'")
    assert "discount_above_earlier" in set(shown["text_code"])
    assert min(shown["date"]) >= TURN


def test_dearer_goods_are_no_reason_of_the_client(analysis: LossAnalysis) -> None:
    assert loss(analysis, "sunk")["reason_1"] == "unknown"
    parts = analysis.profit_parts.query("client_id == 'sunk'").set_index("part")["money"]
    assert parts.idxmax() == "goods"


def test_the_dearest_loss_stands_first(analysis: LossAnalysis) -> None:
    told = [(-row.profit_lost, row.client_id) for row in analysis.losses.itertuples()]
    assert told == sorted(told)
    assert list(analysis.losses["client_id"]) != sorted(analysis.losses["client_id"])


def test_every_row_of_evidence_stands_in_the_ledger(analysis: LossAnalysis, ledger: Ledger) -> None:
    evidence = analysis.evidence
    days = ledger.past(10**5).orders(evidence["client_id"].unique().tolist())
    known = {
        (client, date_of(int(day)))
        for client, day in zip(days["client_id"], days["day"], strict=True)
    }
    assert set(zip(evidence["client_id"], evidence["date"], strict=True)) <= known
    assert set(evidence["text_code"]) <= set(TEXT_CODES)
    assert set(evidence["client_id"]) == set(analysis.losses["client_id"])
    left = evidence[evidence["client_id"] == "stopped"]
    assert ("last_order", LAST_ORDER) in set(zip(left["text_code"], left["date"], strict=True))


def test_the_course_of_a_loss_sums_to_the_ledger(analysis: LossAnalysis) -> None:
    course = analysis.course[analysis.course["client_id"] == "stopped"]
    assert course["month"].is_monotonic_increasing
    assert course.set_index("month")["orders"][dt.date(2024, 3, 1)] == 0
    assert course["profit"].sum() == pytest.approx(500.0 * course["orders"].sum())


def test_a_missed_signal_lies_between_the_healthy_date_and_the_loss(analysis: LossAnalysis) -> None:
    joined = analysis.losses.merge(analysis.path, on="client_id")
    for row in joined[joined["first_signal"].notna()].itertuples():
        ahead = dt.timedelta(days=0 if row.first_signal_by == "p_churn" else 184)
        assert row.last_healthy - ahead <= row.first_signal <= row.lost_on
        assert row.first_signal.day == 1


def test_the_frames_have_exactly_the_columns_of_the_contract(analysis: LossAnalysis) -> None:
    tables = {
        "losses": LOSSES,
        "loss_reasons": LOSS_REASONS,
        "evidence": EVIDENCE,
        "course": COURSE,
        "path": PATH,
        "margins": MARGINS,
        "profit_parts": PROFIT_PARTS,
        "next_lost": NEXT_LOST,
        "lookalikes": LOOKALIKES,
        "winback": WINBACK,
        "losses_by": LOSSES_BY,
        "loss_faults": LOSS_FAULTS,
        "loss_events": LOSS_EVENTS,
        "loss_drivers": LOSS_DRIVERS,
        "loss_trend": LOSS_TREND,
        "relief": RELIEF,
        "recorded_reasons": RECORDED_REASONS,
    }
    for name, columns in tables.items():
        assert list(getattr(analysis, name).columns) == list(columns)


def test_without_key_clients_the_frames_are_empty_and_keep_their_columns(
    ledger: Ledger, bundle: Bundle, dates: tuple[int, int], analysis: LossAnalysis
) -> None:
    no_one = dataclasses.replace(bundle.plan.tiers, number=12, key=(12,))
    empty = dataclasses.replace(bundle, plan=dataclasses.replace(bundle.plan, tiers=no_one))
    found = analyse(ledger, empty, start=dates[0], end=dates[1])
    for name in FRAMES:
        frame, full = getattr(found, name), getattr(analysis, name)
        assert len(frame) == 0 or name in WITHOUT_LOSSES
        assert list(frame.columns) == list(full.columns)
    assert found.summary["key_clients"] == 0
    assert found.summary["profit_lost"] == 0


def test_the_order_of_the_rows_changes_nothing(
    ledger: Ledger,
    bundle: Bundle,
    dates: tuple[int, int],
    analysis: LossAnalysis,
    tmp_path: Path,
) -> None:
    plan = rewritten(ledger.past(10**5), bundle, tmp_path, shuffle=3)
    with open_ledger(plan, bundle.plan.economics) as other:
        again = analyse(other, bundle, start=dates[0], end=dates[1])
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(analysis, name))


def test_rows_on_or_after_the_later_date_change_nothing(
    ledger: Ledger,
    bundle: Bundle,
    dates: tuple[int, int],
    analysis: LossAnalysis,
    tmp_path: Path,
) -> None:
    assert ledger.last_day > dates[1]
    plan = rewritten(ledger.past(dates[1]), bundle, tmp_path, shuffle=None)
    with open_ledger(plan, bundle.plan.economics) as shorter:
        cut = analyse(shorter, bundle, start=dates[0], end=dates[1])
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(cut, name), getattr(analysis, name))


def test_the_earlier_date_must_come_first(ledger: Ledger, bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="before"):
        analyse(ledger, bundle, start=19000, end=19000)


def test_nobody_is_both_lost_and_next(analysis: LossAnalysis) -> None:
    assert len(analysis.next_lost) > 0
    assert not set(analysis.next_lost["client_id"]) & set(analysis.losses["client_id"])
