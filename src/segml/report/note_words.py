"""Notes of a run as sentences."""

from __future__ import annotations

from segml.report.language import Phrases, _

NOTES = Phrases(
    {
        each: each
        for each in (
            "no cost column and no margin rate: profit is revenue less the cost to serve",
            "no margin rate: a line without a cost would count as if it cost nothing",
            "no order_id: an order is a client's day",
            "no interactions.minutes column: care is counted without time",
            "no invoices.paid_on column: no invoice counts as paid, so none is used",
        )
    }
)
"""Notes that are always the same; others are told in English, as the run wrote them."""


def note_sentence(note: str) -> str:
    """A note of a run as a sentence; one that is not always the same stays as the run wrote it.

    Examples
    --------
    >>> note_sentence("no cost column: margin rate 0.35 used")
    'No cost column: margin rate 0.35 used.'
    """
    told = NOTES.get(note, note).rstrip(".")
    return _("{sentence}.", sentence=f"{told[:1].upper()}{told[1:]}")
