"""What a ledger lacks and what stands in for it, in sentences for whoever reads a run."""

from __future__ import annotations

from segml.words.plan import Economics

WITHOUT = {
    "clients": "no names, industries, regions, sizes or managers",
    "interactions": "no contacts, complaints or demands, and no minutes in the cost to serve",
    "invoices": "no payment behaviour, and neither overdue money nor bad debt in the cost to serve",
    "events": "no exposure to price changes, withdrawals, outages, rivals or changes of manager",
}
"""What is left out where an optional table is absent."""


def ledger_notes(has: frozenset[str], economics: Economics) -> tuple[str, ...]:
    """Return what was left out or filled in a ledger.

    Parameters
    ----------
    has
        Its optional columns and tables.
    economics
        For margin rate and rates of care.

    Returns
    -------
    tuple of str
        Of the ledger as a whole, the same for every date.
    """
    notes = [_cost_note(has, economics)]
    if "order_id" not in has:
        notes.append("no order_id: an order is a client's day")
    notes += [f"no {name} table: {what}" for name, what in WITHOUT.items() if name not in has]
    absent = [name for name in ("category", "product", "discount") if name not in has]
    notes += [f"no {name} column: what needs it is left out" for name in absent]
    return (*notes, *_care_notes(has, economics))


def _cost_note(has: frozenset[str], economics: Economics) -> str:
    if economics.margin_rate is None and "cost" not in has:
        return "no cost column and no margin rate: profit is revenue less the cost to serve"
    if economics.margin_rate is None:
        return "no margin rate: a line without a cost would count as if it cost nothing"
    if "cost" not in has:
        return f"no cost column: margin rate {economics.margin_rate} used"
    return f"margin rate {economics.margin_rate} used where a line has no cost"


def _care_notes(has: frozenset[str], economics: Economics) -> list[str]:
    notes = []
    kinds = economics.kinds.values()
    paid = economics.minute > 0 or any(rate.minute for rate in kinds)
    if "interactions.minutes" in has and not paid:
        notes.append("no `economics.minute`: the minutes of interactions cost nothing")
    if "interactions" in has and "interactions.minutes" not in has and paid:
        notes.append("no interactions.minutes column: care is counted without time")
    if "invoices" in has and not economics.overdue_yearly_rate:
        notes.append(
            "no `economics.overdue_yearly_rate`: overdue money costs nothing until it is lost"
        )
    if "invoices" in has and "invoices.paid_on" not in has:
        notes.append("no invoices.paid_on column: no invoice counts as paid, so none is used")
    return notes
