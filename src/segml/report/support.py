"""What few clients can and cannot support, as facts of a run and as sentences for a manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from segml.report.figures import counted, money, number, percent
from segml.report.language import _, paragraph
from segml.scoring import ClientFacts

JUDGED_BY = 100
"""Lost clients that it takes to judge a risk model (see `segml.bundle.support`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFacts:
    """What a small portfolio's model learnt from; there are no such facts of a large one.

    `rate` is the share that bought nothing within the horizon, `risk_width` and `profit_width` the
    median widths of the intervals; `tiers` counts the clients of each tier, top first.
    """

    buyers: int
    lost: int
    rate: float
    beats_rate: bool
    foretells: bool
    risk_width: float | None
    profit_width: float | None
    ranking: bool
    tiers: tuple[int, ...]
    horizon_days: int
    notes: tuple[str, ...]


def support_facts(run: Mapping[str, Any]) -> SupportFacts | None:
    """The facts of a run whose model learnt from few clients; None where there were enough.

    Parameters
    ----------
    run
        The run.json of the scores.
    """
    found = run.get("support") or {}
    if not found.get("is_small"):
        return None
    return SupportFacts(
        buyers=int(found["buyers"]),
        lost=int(found["lost_clients"]),
        rate=float(found["common_rate"]),
        beats_rate=bool(found["beats_rate"]),
        foretells=bool(found["foretells"]),
        risk_width=found["risk_width"],
        profit_width=found["profit_width"],
        ranking=bool(found["ranking"]),
        tiers=tuple(found["tiers"]),
        horizon_days=int(run["churn_horizon_days"]),
        notes=tuple(found["sentences"]),
    )


def advised(client: ClientFacts, run: Mapping[str, Any]) -> ClientFacts:
    """The client with what is suggested for it; without, where its run's model foretells nothing.

    Parameters
    ----------
    client
        Its facts.
    run
        The run.json of the scores.
    """
    return client if foretells(run) else replace(client, action="")


def foretells(run: Mapping[str, Any]) -> bool:
    """Whether what a run says of days to come was tried on later days, or learnt from enough.

    Examples
    --------
    >>> foretells({}), foretells({"support": {"is_small": False}})
    (True, True)
    """
    support = support_facts(run)
    return support is None or support.foretells


def support_sentences(support: SupportFacts, currency: str | None = None) -> list[str]:
    """What a manager may build on, and what not, a sentence or two each."""
    return [
        counted(
            "{count} client has bought. That is enough to rank them by the profit they brought, to "
            "see who is silent for longer than its own rhythm, and to show the rows behind it.",
            "{count} clients have bought. That is enough to rank them by the profit they brought, "
            "to see who is silent for longer than its own rhythm, and to show the rows behind it.",
            support.buyers,
        ),
        paragraph([_learnt(support), _risks(support)]),
        *_widths(support, currency),
        _tiers(support),
        _(
            "A reason beside one client is a question to ask, not a finding: it need not hold for "
            "any other client."
        ),
    ]


def _learnt(support: SupportFacts) -> str:
    return counted(
        "The model learnt from {count} lost client; to judge such a model takes {needed}.",
        "The model learnt from {count} lost clients; to judge such a model takes {needed}.",
        support.lost,
        needed=JUDGED_BY,
    )


def _risks(support: SupportFacts) -> str:
    given = {
        "common": _(
            "{share} bought nothing within {days} days",
            share=percent(support.rate),
            days=support.horizon_days,
        )
    }
    if support.foretells:
        return _(
            "Tried on clients it had not seen, its risks were better than one rate for all "
            "({common}), on later days too.",
            **given,
        )
    if support.beats_rate:
        return _(
            "Tried on clients it had not seen, its risks were better than one rate for all "
            "({common}), but the history is too short to try it on a later day: take a high risk "
            "for a hint.",
            **given,
        )
    return _(
        "It is not proven to know better than one rate for all ({common}): read every risk as "
        "about that, and do not rank two clients by it.",
        **given,
    )


def _widths(support: SupportFacts, currency: str | None) -> list[str]:
    said = []
    if support.risk_width is not None:
        said.append(
            counted(
                "Half of the ranges of a risk are wider than {count} point",
                "Half of the ranges of a risk are wider than {count} points",
                round(100 * support.risk_width),
            )
        )
    if support.profit_width is not None:
        width = money(support.profit_width, currency)
        said.append(_("half of the ranges of an expected profit wider than {money}", money=width))
    return [_("{sentence}.", sentence=_(", ").join(said))] if said else []


def _tiers(support: SupportFacts) -> str:
    sizes = _(", ").join(number(count) for count in support.tiers)
    if support.ranking:
        return _(
            "The tiers are a ranking by profit, top first {sizes} clients: too few for groups that "
            "would come back with other clients.",
            sizes=sizes,
        )
    return _("The tiers are groups of {sizes} clients, top first.", sizes=sizes)
