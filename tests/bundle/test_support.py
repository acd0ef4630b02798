"""What few clients can support is counted in clients and said plainly."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from segml.bundle import Bundle, Support, card, support_of
from segml.bundle.learning import events
from segml.outcomes import Rows

SMALL = Support(
    as_of=14_000,
    buyers=98,
    active=90,
    lost=26,
    stayed=64,
    cutoffs=((37, 11), (39, 10)),
    rate=0.23,
    features=73,
    skill=(0.05, -0.02, 0.11),
    tried_in_time=True,
    risk_width=0.21,
    profit_width=21_234.0,
    ranking=True,
    tiers=(33, 33, 32),
    tier_note="ranking by profit alone: too few",
)


def said(**changes: Any) -> str:
    return "\n".join(dataclasses.replace(SMALL, **changes).sentences())


def test_a_client_at_many_cutoffs_is_one_event() -> None:
    rows = Rows(
        X=np.zeros((5, 1), np.float32),
        y=np.array([1.0, 1.0, 0.0, 1.0, 0.0]),
        cutoff=np.array([10, 20, 10, 20, 20], np.int64),
        client=np.array(["a", "a", "b", "b", "c"], object),
        columns=("x",),
    )
    assert events(rows) == {"with": 2, "without": 2, "cutoffs": {"10": [2, 1], "20": [3, 2]}}


def test_clients_losses_weights_widths_and_tiers_are_said() -> None:
    text = said()
    for part in (
        "98 clients had bought by 2008-05-01, 90 of them were active",
        "26 different clients were lost (11 of 37, 10 of 39); 64 stayed",
        "26 lost clients carry 2 weights (10 for each); the churn model could choose from 73",
        "wider than 21 points, half of all expected profits have intervals wider than 21,234",
        "the tiers (33, 33, 32 clients) are a ranking by profit alone: too few",
        "what this therefore shows: clients ranked by the profit they brought",
        "what it does not claim: who leaves next",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("skill", "tried_in_time", "foretells", "says"),
    [
        ((0.05, -0.02, 0.11), True, False, "not proven better than the common rate of 23 %"),
        ((0.05, 0.004, 0.11), True, False, "later cut-offs, the risks are not proven better"),
        ((0.05, 0.01, 0.11), True, True, "the risks beat the common rate of 23 % (Brier skill 5 %"),
        ((0.05, 0.01, 0.11), False, False, "of the same cut-offs, the risks beat the common rate"),
        ((0.05, 0.01, 0.11), False, False, "take their order for a hint"),
        (None, False, False, "could not be tried on other clients: take them for the common rate"),
    ],
)
def test_risks_are_proven_only_on_later_cutoffs_and_beyond_luck(
    skill: tuple[float, float, float] | None, tried_in_time: bool, foretells: bool, says: str
) -> None:
    changed = dataclasses.replace(SMALL, skill=skill, tried_in_time=tried_in_time)
    assert changed.foretells is foretells
    assert says in "\n".join(changed.sentences())


@pytest.mark.parametrize(
    ("lost", "stayed", "is_small"), [(99, 500, True), (500, 99, True), (100, 100, False)]
)
def test_a_portfolio_is_small_with_few_clients_of_either_kind(
    lost: int, stayed: int, is_small: bool
) -> None:
    changed = dataclasses.replace(SMALL, lost=lost, stayed=stayed)
    assert changed.is_small is is_small
    assert bool(changed.sentences()) is is_small
    assert bool(changed.to_json()["sentences"]) is is_small


def test_few_losses_carry_no_weight_and_clusters_are_called_so() -> None:
    assert "9 lost clients carry no weights" in said(lost=9)
    assert "10 lost clients carry 1 weight (" in said(lost=10)
    assert "the tiers are clusters of 33, 33, 32 clients" in said(ranking=False)


def test_a_training_counts_its_clients_and_the_card_says_what_they_support(
    bundle: Bundle,
) -> None:
    support = support_of(bundle)
    assert support is not None
    record = bundle.record
    assert sum(clients for clients, _ in support.cutoffs) == record.churn.rows
    lost = sum(lost for _, lost in support.cutoffs)
    assert lost == round(record.churn.label_rate * record.churn.rows)
    assert support.lost <= lost
    assert support.is_small
    text = card(bundle)
    assert "## A small portfolio: what it can and cannot support" in text
    assert "- What it does not claim: who leaves next" in text


def test_a_version_that_did_not_count_says_nothing(bundle: Bundle) -> None:
    details = {k: v for k, v in bundle.record.churn.details.items() if k != "events"}
    churn = dataclasses.replace(bundle.record.churn, details=details)
    old = dataclasses.replace(bundle, record=dataclasses.replace(bundle.record, churn=churn))
    assert support_of(old) is None
    assert "A small portfolio" not in card(old)
