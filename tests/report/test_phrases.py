"""Every code that any room publishes has its phrase, and no phrase stands without a code."""

from __future__ import annotations

from typing import get_args

import pytest

from segml.ledger.contract import EVENT_KINDS
from segml.losses import TEXT_CODES
from segml.losses.impact import Verdict
from segml.losses.summary import KINDS
from segml.report import phrases
from segml.report.events import TOLD
from segml.report.evidence_phrases import EVIDENCE
from segml.report.language import speaking
from segml.scoring import ACTIONS, SUBJECTS
from segml.words.feature import REASONS


def test_evidence() -> None:
    assert set(EVIDENCE) == set(TEXT_CODES)


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_what_an_amount_is_ends_without_the_colon_that_the_sentence_sets(language: str) -> None:
    with speaking(language):
        assert [amount for _, amount in EVIDENCE.values() if amount.endswith((":", "："))] == []


def test_reasons() -> None:
    assert set(phrases.REASONS) == set(phrases.REASON_MEANINGS) == set(REASONS)


def test_kinds_of_loss() -> None:
    assert set(phrases.KINDS) == set(phrases.KIND_MEANINGS) == set(KINDS)


def test_actions() -> None:
    assert set(phrases.ACTIONS) == set(ACTIONS)


def test_subjects() -> None:
    assert set(phrases.SUBJECTS) == set(phrases.DIRECTIONS) == set(SUBJECTS)


def test_verdicts_on_events() -> None:
    assert {*TOLD, *phrases.SILENT_EVENTS} == set(get_args(Verdict))
    assert set(phrases.LOSSES_AFTER) == set(phrases.PROFIT_AFTER) <= set(phrases.SILENT_EVENTS)


def test_kinds_of_event() -> None:
    assert set(phrases.EVENT_KINDS) == set(EVENT_KINDS)
