"""Notes of a run: those that are always the same in each language, others as they were written."""

from __future__ import annotations

import pytest

from segml.ledger.notes import ledger_notes
from segml.report.language import speaking
from segml.report.note_words import NOTES, for_analysts, for_managers, note_sentence
from segml.words.plan import Economics

FULL = frozenset({"interactions", "invoices", "interactions.minutes", "invoices.paid_on"})


def test_each_note_that_has_words_is_one_that_a_ledger_tells() -> None:
    poor = frozenset({"interactions", "invoices"})
    told = {
        *ledger_notes(frozenset(), Economics()),
        *ledger_notes(poor, Economics(minute=1.0)),
        *ledger_notes(FULL | {"cost", "order_id"}, Economics()),
    }
    assert set(NOTES) <= told


@pytest.mark.parametrize(("language", "start"), [("ru", "Маржинальность не"), ("zh", "未设毛利率")])
def test_a_note_that_is_always_the_same_is_told_in_the_language(language: str, start: str) -> None:
    note = "no margin rate: a line without a cost would count as if it cost nothing"
    with speaking(language):
        assert note_sentence(note).startswith(start)
        assert note_sentence("margin rate 0.35 used where a line has no cost").startswith("Margin")


def test_what_a_ledger_lacks_is_a_managers_and_what_a_model_lacks_an_analysts() -> None:
    lacking = ledger_notes(frozenset(), Economics(margin_rate=0.35))
    technical = ("`alive` has moved since 2004-12-01: stability index 2.77", "churn: 4 of 12 fit")
    notes = (*technical, *lacking)
    assert for_managers(notes) == [note_sentence(each) for each in lacking]
    assert for_analysts(notes) == [note_sentence(each) for each in technical]
