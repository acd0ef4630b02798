"""Sentences about the way of one client: what became of its tier, its risk and its profit."""

from __future__ import annotations

from segml.report import called
from segml.report.figures import chance, counted, day, listed, money
from segml.report.language import _, paragraph
from segml.report.pages.path import PathFacts


def path_sentence(facts: PathFacts, currency: str | None) -> str:
    """What became of tier, risk and profit between the first point and the last."""
    first, last = facts.points[0], facts.points[-1]
    given = {"start": day(first.as_of), "end": day(last.as_of)}
    said = [_tiers(facts, given)]
    if first.p_churn is not None and last.p_churn is not None:
        before, now = chance(first.p_churn), chance(last.p_churn)
        said.append(_("Risk of no purchase: {before}, now {now}.", before=before, now=now))
    said.append(
        _(
            "Profit of 365 days: {before}, now {now}.",
            before=money(first.profit_365, currency),
            now=money(last.profit_365, currency),
        )
    )
    return paragraph(said)


def _tiers(facts: PathFacts, given: dict[str, str]) -> str:
    first, last = facts.points[0], facts.points[-1]
    if not facts.moves:
        return _("From {start} to {end} always in {tier}.", tier=called.tier(last.tier), **given)
    return counted(
        "From {start} to {end} it changed its tier {count} time: {before} at the beginning, {now} "
        "now.",
        "From {start} to {end} it changed its tier {count} times: {before} at the beginning, {now} "
        "now.",
        facts.moves,
        before=called.tier(first.tier),
        now=called.tier(last.tier),
        **given,
    )


def model_sentence(facts: PathFacts) -> str:
    """From when on another version of the model scored; empty where one did all."""
    if not facts.model_changes:
        return ""
    return _(
        "Dashed line: from {days} on another version of the model scored, so a step there may be "
        "the model's and not the client's.",
        days=listed([day(each) for each in facts.model_changes]),
    )
