"""Every code that any room publishes has its phrase, and no phrase stands without a code."""

from __future__ import annotations

from segml.losses import TEXT_CODES
from segml.losses.summary import KINDS
from segml.report import phrases
from segml.scoring import ACTIONS, SUBJECTS
from segml.words.feature import REASONS


def test_evidence() -> None:
    assert set(phrases.EVIDENCE) == set(TEXT_CODES)


def test_reasons() -> None:
    assert set(phrases.REASONS) == set(phrases.REASON_MEANINGS) == set(REASONS)


def test_kinds_of_loss() -> None:
    assert set(phrases.KINDS) == set(phrases.KIND_MEANINGS) == set(KINDS)


def test_actions() -> None:
    assert set(phrases.ACTIONS) == set(ACTIONS)


def test_subjects() -> None:
    assert set(phrases.SUBJECTS) == set(phrases.DIRECTIONS) == set(SUBJECTS)
