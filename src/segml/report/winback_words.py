"""Sentences of who may come back: how likely, by whom that was counted, what it is worth."""

from __future__ import annotations

from collections.abc import Mapping

from segml.report.ahead import WinBackClient
from segml.report.figures import chance_range, counted, money, number
from segml.report.language import _, paragraph

LIKELY = 0.5
"""From this chance of a return on the dossier of a client that left says so."""


def winback_sentence(clients: tuple[WinBackClient, ...], currency: str | None) -> str:
    """How many can be counted on, what that is worth, and what an attempt costs."""
    known = [each for each in clients if each.expected_value is not None]
    said = []
    if known:
        said.append(
            counted(
                "Of clients that had been silent for as long, some ordered again within a year. By "
                "that, {count} lost client may bring back {money} of profit a year.",
                "Of clients that had been silent for as long, some ordered again within a year. By "
                "that, {count} lost clients may bring back {money} of profit a year.",
                len(known),
                money=money(sum(each.expected_value or 0.0 for each in known), currency),
            )
        )
    if len(known) < len(clients):
        said.append(
            counted(
                "For {count} no chance is told: too few clients gone for as long ordered again to "
                "count one, or it has not left.",
                "For {count} no chance is told: too few clients gone for as long ordered again to "
                "count one, or they have not left.",
                len(clients) - len(known),
            )
        )
    cost = next((each.attempt_cost for each in clients if each.attempt_cost is not None), None)
    if cost is not None:
        said.append(_("A visit costs {money}.", money=money(cost, currency)))
    said.append(
        _(
            "The chance is that of coming back at all, whether or not somebody tried; what an "
            "attempt adds to it no ledger shows."
        )
    )
    return paragraph(said)


def may_return(client: WinBackClient) -> str | None:
    """What a director should know of a client that left lately; None where most do not return."""
    if client.kind != "left" or client.verdict != "estimated" or (client.chance or 0.0) < LIKELY:
        return None
    return _(
        "After {returned} of {compared} silences as long as this one an order followed within a "
        "year: it may well order again.",
        returned=number(client.returned),
        compared=number(client.compared),
    )


def return_text(client: WinBackClient) -> str:
    """The chance of a return, with its interval and what it was counted from."""
    is_recorded = client.verdict in {"too_few_ends", "estimated_of_ends"}
    counts = {"returned": number(client.returned), "compared": number(client.compared)}
    if client.verdict == "still_buys":
        return _("has not left")
    if client.chance is None:
        return _not_known(client, counts, is_recorded=is_recorded)
    likely = chance_range(client.chance, client.chance_low, client.chance_high)
    if is_recorded:
        return _(
            "{chance}: {returned} of the {compared} recorded as gone for as long ordered again",
            chance=likely,
            **counts,
        )
    return _(
        "{chance}: {returned} of the {compared} silent for as long ordered again",
        chance=likely,
        **counts,
    )


def _not_known(client: WinBackClient, counts: Mapping[str, str], *, is_recorded: bool) -> str:
    """Why no chance is told: nobody to compare with, or too few of them that ordered again."""
    if not client.compared:
        return _("not known: no other client has been gone for as long yet")
    if client.compared == 1 and not client.returned:
        return _("too few to tell: one other was gone for as long and did not order again")
    if is_recorded and not client.returned:
        return _("none of the {compared} recorded as gone for as long ordered again", **counts)
    if is_recorded:
        return _(
            "too few to tell: {returned} of the {compared} recorded as gone for as long ordered "
            "again",
            **counts,
        )
    if not client.returned:
        return _("none of the {compared} silent for as long ordered again", **counts)
    return _(
        "too few to tell: {returned} of the {compared} silent for as long ordered again", **counts
    )
