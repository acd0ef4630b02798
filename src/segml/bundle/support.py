"""What few clients can support: said of every training that learnt from few of them.

Thresholds, and where they come from:

- 100 clients lost and 100 that stayed: what it takes to judge a risk model at all (Vergouwe et al.
  2005, J. Clinical Epidemiology 58; Collins, Ogundimu, Altman 2016, Statistics in Medicine 35).
  With less of either a portfolio is called small here.
- 10 losses a weight: below it weights are more noise than signal (Peduzzi et al. 1996, J. Clinical
  Epidemiology 49). Trees want many more (van der Ploeg, Austin, Steyerberg 2014, BMC Medical
  Research Methodology 14: about 200).
- a Brier skill whose one-sided 95 % bound is 1 % at least, as printed: the risks beat the common
  rate. Foretelling takes more: to have done so on later cut-offs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segml.bundle.value import Bundle
from segml.ledger import date_of

ENOUGH = 100
EVENTS_A_WEIGHT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What a training's clients and labels amount to.

    Parameters
    ----------
    as_of
        The training's day.
    buyers, active
        Clients that had bought by then, and those of them that were active.
    lost, stayed
        Different clients with a label of either kind at some cut-off.
    cutoffs
        (clients, lost) of each churn cut-off, earliest first.
    rate
        The share of rows that were lost.
    features
        Features the churn model could choose from.
    skill
        Brier skill with its interval (value, low, high); None where nothing was validated.
    tried_in_time
        Whether it was validated on cut-offs later than what the trials knew.
    risk_width, profit_width
        The median width of the intervals of risk and of expected profit; None where unknown.
    ranking
        Whether the tiers are a ranking.
    tiers
        Clients in each tier, top first.
    tier_note
        Why the tiers are a ranking; empty if they are none.
    scheme
        How the tiers are made.
    """

    as_of: int
    buyers: int
    active: int
    lost: int
    stayed: int
    cutoffs: tuple[tuple[int, int], ...]
    rate: float
    features: int
    skill: tuple[float, float, float] | None
    tried_in_time: bool
    risk_width: float | None
    profit_width: float | None
    ranking: bool
    tiers: tuple[int, ...]
    tier_note: str
    scheme: str = "clusters"

    @property
    def is_small(self) -> bool:
        """Whether fewer than `ENOUGH` clients were lost, or stayed."""
        return min(self.lost, self.stayed) < ENOUGH

    @property
    def beats_rate(self) -> bool:
        """Whether the risks were better than the common rate, beyond luck, on other clients."""
        return self.skill is not None and round(100 * self.skill[1]) > 0

    @property
    def foretells(self) -> bool:
        """Whether they were so on later cut-offs, too."""
        return self.tried_in_time and self.beats_rate

    def sentences(self) -> tuple[str, ...]:
        """What a small portfolio can and cannot support; empty where it is not small."""
        if not self.is_small:
            return ()
        return (*self._clients(), self._risks(), *self._widths(), self._order(), *_CLAIMS)

    def to_json(self) -> dict[str, Any]:
        """The figures a reader of the run needs, with the sentences, as plain values."""
        return {
            "is_small": self.is_small,
            "buyers": self.buyers,
            "active": self.active,
            "beats_rate": self.beats_rate,
            "foretells": self.foretells,
            "lost_clients": self.lost,
            "stayed_clients": self.stayed,
            "common_rate": self.rate,
            "brier_skill": None if self.skill is None else list(self.skill),
            "risk_width": self.risk_width,
            "profit_width": self.profit_width,
            "ranking": self.ranking,
            "tiers": list(self.tiers),
            "sentences": list(self.sentences()),
        }

    def _clients(self) -> tuple[str, str]:
        each = ", ".join(f"{lost} of {clients}" for clients, lost in self.cutoffs)
        weights = self.lost // EVENTS_A_WEIGHT
        counted = (
            f"{self.buyers} clients had bought by {date_of(self.as_of)}, {self.active} of them "
            f"were active. Over {len(self.cutoffs)} overlapping cut-offs {self.lost} different "
            f"clients were lost ({each}); {self.stayed} stayed at one or more. A risk model is "
            f"judged by {ENOUGH} of each or more"
        )
        carried = (
            f"{self.lost} lost clients carry {weights or 'no'} weight{'' if weights == 1 else 's'} "
            f"({EVENTS_A_WEIGHT} for each); the churn model could choose from {self.features} "
            "features, so its reasons are hints and no findings"
        )
        return counted, carried

    def _risks(self) -> str:
        common = f"the common rate of {_percent(self.rate)}"
        if self.skill is None:
            return f"the risks could not be tried on other clients: take them for {common}"
        value, low, high = (_percent(number) for number in self.skill)
        shown = f"Brier skill {value}, between {low} and {high}; 0 % is no better"
        where = "later cut-offs" if self.tried_in_time else "the same cut-offs"
        tried = f"tried on other clients of {where}, the risks"
        if not self.beats_rate:
            return (
                f"{tried} are not proven better than {common} ({shown}): they do not tell which of "
                "two clients leaves first"
            )
        if self.foretells:
            return f"{tried} beat {common} ({shown})"
        return (
            f"{tried} beat {common} ({shown}), but the history is too short to try them on a later "
            "day: take their order for a hint"
        )

    def _widths(self) -> tuple[str, ...]:
        said = []
        if self.risk_width is not None:
            said.append(
                f"half of all risks have intervals wider than {100 * self.risk_width:.0f} points"
            )
        if self.profit_width is not None:
            said.append(
                f"half of all expected profits have intervals wider than {self.profit_width:,.0f}"
            )
        return (", ".join(said),) if said else ()

    def _order(self) -> str:
        sizes = ", ".join(f"{count}" for count in self.tiers)
        if self.ranking:
            return f"the tiers ({sizes} clients) are a {self.tier_note}"
        if self.scheme != "clusters":
            return f"the tiers ({sizes} clients, top first) follow the rule `{self.scheme}`"
        return f"the tiers are clusters of {sizes} clients, top first"


_CLAIMS = (
    (
        "what this therefore shows: clients ranked by the profit they brought, each one's silence "
        "against its own rhythm, and the ledger's rows as evidence"
    ),
    (
        "what it does not claim: who leaves next, what makes clients leave in general, or that a "
        "reason found here would hold for other clients"
    ),
)


def support_of(bundle: Bundle) -> Support | None:
    """What the clients of a version's training amount to; None of a version that did not count.

    Parameters
    ----------
    bundle
        A fitted or loaded bundle.
    """
    record, details = bundle.record, bundle.record.churn.details
    events = details.get("events")
    if not events:
        return None
    ranking = bundle.tiers.estimator.ranking_
    return Support(
        as_of=bundle.as_of,
        buyers=record.counts.get("active", 0) + record.counts.get("lapsed", 0),
        active=record.counts.get("active", 0),
        lost=int(events["with"]),
        stayed=int(events["without"]),
        cutoffs=tuple(
            (int(rows), int(lost)) for _, (rows, lost) in sorted(_by_day(events["cutoffs"]).items())
        ),
        rate=record.churn.label_rate,
        features=len(bundle.encoder.features),
        skill=_skill(details.get("skill")),
        tried_in_time=details.get("folds") == "time and client",
        risk_width=details.get("interval_width"),
        profit_width=record.potential.details.get("interval_width"),
        ranking=ranking,
        tiers=tuple(int(tier["clients"]) for tier in record.tiers),
        tier_note=bundle.tiers.estimator.order_note_ if ranking else "",
        scheme=bundle.plan.tiers.scheme,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _by_day(cutoffs: Mapping[str, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {int(day): (pair[0], pair[1]) for day, pair in cutoffs.items()}


def _skill(found: Mapping[str, float] | None) -> tuple[float, float, float] | None:
    return None if found is None else (found["value"], found["low"], found["high"])
