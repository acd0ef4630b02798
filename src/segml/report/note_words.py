"""Notes of a run as sentences: those that a manager should know first, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

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
            "no clients table: no names, industries, regions, sizes or managers",
            (
                "no interactions table: no contacts, complaints or demands, and no minutes in the "
                "cost to serve"
            ),
            (
                "no invoices table: no payment behaviour, and neither overdue money nor bad debt "
                "in the cost to serve"
            ),
            (
                "no events table: no exposure to price changes, withdrawals, outages, rivals or "
                "changes of manager"
            ),
            "no category column: what needs it is left out",
            "no product column: what needs it is left out",
            "no discount column: what needs it is left out",
        )
    }
)
"""Notes that are always the same; others are told in English, as the run wrote them."""
ABOUT_MONEY = ("no cost column: margin rate ", "margin rate ")
"""How notes begin that are a manager's too, though a figure stands in them."""


def note_sentence(note: str) -> str:
    """A note of a run as a sentence; one that is not always the same stays as the run wrote it.

    Examples
    --------
    >>> note_sentence("no cost column: margin rate 0.35 used")
    'No cost column: margin rate 0.35 used.'
    """
    told = NOTES.get(note, note).rstrip(".")
    return _("{sentence}.", sentence=f"{told[:1].upper()}{told[1:]}")


def for_managers(notes: Sequence[str]) -> list[str]:
    """The notes that say what the figures of a page leave out, as sentences.

    Examples
    --------
    >>> for_managers(["no order_id: an order is a client's day", "`alive` has moved"])
    ["No order_id: an order is a client's day."]
    """
    return [note_sentence(each) for each in notes if _is_managers(each)]


def for_analysts(notes: Sequence[str]) -> list[str]:
    """The others: of models, features and sources, in the words of the run.

    Examples
    --------
    >>> for_analysts(["no order_id: an order is a client's day", "`alive` has moved"])
    ['`alive` has moved.']
    """
    return [note_sentence(each) for each in notes if not _is_managers(each)]


def _is_managers(note: str) -> bool:
    return note in NOTES or note.startswith(ABOUT_MONEY)
