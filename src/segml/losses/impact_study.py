"""One event under study: the losses and the profit of whom it reached, against comparable clients.

::

    lost     who still bought before the event, and after it no more or next to nothing
    profit   of the nine months after the event less that of the same months a year before
    check    the same, as if the event had come earlier, by its own date

Both are judged by what stands in the ledger, not by the day on which a decline is estimated to have
begun: of clients that buy rarely such days are months apart from the truth, and losses that follow
an event would be dated before it. Money has seasons, so it is compared with the same weeks of the
year before. What makes clients comparable was known before the first day of each contrast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from segml.losses.history import Numbers
from segml.losses.impact_contrast import Contrast, Flags, contrast
from segml.losses.impact_reach import EXPOSED, MIXED, SPARED, Reach, beside, company, groups
from segml.losses.impact_weeks import NEVER, SETTLING, WATCH, YEAR, Weeks

Outcome = Literal["lost", "profit"]
OUTCOMES: tuple[Outcome, ...] = ("lost", "profit")
Reason = Literal["too_little_time", "too_few_exposed", "no_comparable"]
HALF = 26
"""Weeks."""
LEAST_EXPOSED = 30
LEAST_LOSSES = 5.0
"""Fewer losses of the exposed, seen and to be expected, are no rate."""
LEAST_KEPT = 0.9
"""Part of the exposed that must stand among others of their region and industry."""
LEVEL = 0.95
FIRST: Mapping[Outcome, int] = {"lost": YEAR - SETTLING, "profit": YEAR}
"""The first week of the ledger from which an event can be studied."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """What events are studied on.

    Parameters
    ----------
    weeks
        What every client ordered and earned.
    reach
        Whom the events touched.
    about
        (c rows) what the client table says: text columns named as scopes are, and numbers.
    scale
        Money: profits much above it are compared by their ratio, below by their difference.
    below
        Share of the profit a year before under which a client is lost.
    """

    weeks: Weeks
    reach: Reach
    about: pd.DataFrame
    scale: float
    below: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The effect of one happening on one outcome.

    Parameters
    ----------
    effect, low, high
        Of `lost` a share of clients, of `profit` money a client and year; 95 % interval.
    p, pretrend_p
        Of no effect, and of no difference half a year earlier; None where that is not known.
    exposed, compared
        Clients.
    same
        Another happening that reached the same clients at the time.
    reaches_back
        Whether the ledger reaches far enough back to ask how they fared before.
    """

    effect: float
    low: float
    high: float
    p: float
    pretrend_p: float | None
    exposed: int
    compared: int
    same: int | None
    reaches_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an effect is not estimated, and of how many clients."""

    reason: Reason
    exposed: int = 0
    compared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """Who was exposed to a happening, who is looked at, and what else reached them.

    `sizes` are exposed and spared clients that were active, `same` a happening that cannot be told
    from it.
    """

    study: Study
    scope: str
    exposed: Flags
    either: Flags
    doses: Sequence[Numbers]
    sizes: tuple[int, int]
    same: int | None


def studied(study: Study, number: int) -> dict[Outcome, Estimate | Refused]:
    """What became of the clients that a happening reached, by outcome.

    Parameters
    ----------
    study
        Clients and events.
    number
        The happening.
    """
    week = study.weeks.after(study.reach.happenings[number].day)
    found: dict[Outcome, Estimate | Refused] = {
        outcome: Refused(reason="too_little_time")
        for outcome in OUTCOMES
        if week < FIRST[outcome] or week + WATCH > study.weeks.count
    }
    asked = [outcome for outcome in OUTCOMES if outcome not in found]
    if asked:
        sides = _sides(study, number, week)
        for outcome in asked:
            found[outcome] = sides if isinstance(sides, Refused) else _told(sides, week, outcome)
    return found


def _sides(study: Study, number: int, week: int) -> _Sides | Refused:
    """Who was exposed and who is compared; or why nobody can be."""
    own, dose = study.reach.happenings[number], study.reach.dose(number)
    now = study.weeks.ordered(week - YEAR, week) > 0
    exposed, spared = dose >= EXPOSED, dose <= SPARED
    sizes = int((now & exposed).sum()), int((now & spared).sum())
    if min(sizes) < LEAST_EXPOSED:
        few: Reason = "too_few_exposed" if sizes[0] < LEAST_EXPOSED else "no_comparable"
        return Refused(reason=few, exposed=sizes[0], compared=sizes[1])
    same, others = beside(study.reach, number, now)
    doses, disturbed = company(study.reach, others, own, exposed, now)
    spared &= ~study.reach.also_raised(number)
    calm = spared & ~disturbed
    if (calm & now).sum() < sizes[0]:
        calm = spared
    if (calm & now).sum() < LEAST_EXPOSED:
        return Refused(reason="no_comparable", exposed=sizes[0], compared=int((calm & now).sum()))
    return _Sides(
        study=study,
        scope=own.scope,
        exposed=exposed,
        # of who bought nothing in the year before it is not known what it buys
        either=(exposed | calm) & (now | (own.scope not in MIXED)),
        doses=doses,
        sizes=sizes,
        same=same,
    )


def _told(sides: _Sides, week: int, outcome: Outcome) -> Estimate | Refused:
    found = _losses(sides, week) if outcome == "lost" else _profits(sides, week, WATCH)
    if found is None:
        return Refused(reason="no_comparable", exposed=sides.sizes[0], compared=sides.sizes[1])
    if found.exposed < LEAST_EXPOSED or _are_few(found, outcome):
        return Refused(reason="too_few_exposed", exposed=found.exposed, compared=found.compared)
    error, p = _tested(found, outcome)
    times = 1.0 if outcome == "lost" else YEAR / WATCH
    return Estimate(
        effect=times * found.effect,
        low=times * (found.effect - error),
        high=times * (found.effect + error),
        p=p,
        pretrend_p=_pretrend(sides, week, outcome),
        exposed=found.exposed,
        compared=found.compared,
        same=sides.same,
        reaches_back=_earlier(week, outcome) is not None,
    )


def _losses(sides: _Sides, week: int) -> Contrast | None:
    """The share of those who still bought before a week that was lost after it."""
    study = sides.study
    lost = study.weeks.lost(week, study.below).astype(np.float64)
    return _contrasted(sides, lost, study.weeks.could_be_lost(week), week)


def _profits(sides: _Sides, week: int, watch: int) -> Contrast | None:
    """The change of the profit after a week against the same weeks a year before."""
    weeks = sides.study.weeks
    before = weeks.earned(week - YEAR, week - YEAR + watch)
    bought = (weeks.ordered(week - YEAR, week) > 0) & (weeks.first <= week - YEAR)
    return _contrasted(sides, weeks.earned(week, week + watch) - before, bought, week)


def _are_few(found: Contrast, outcome: Outcome) -> bool:
    most = found.exposed * max(found.expected, found.expected + found.effect)
    return outcome == "lost" and most < LEAST_LOSSES


def _earlier(week: int, outcome: Outcome) -> int | None:
    """The week before the event that is asked in its place; None before the ledger's time."""
    before = week - (WATCH if outcome == "lost" else HALF)
    return before if before >= FIRST[outcome] else None


def _pretrend(sides: _Sides, week: int, outcome: Outcome) -> float | None:
    """The p of no difference before the event, by weeks that all lie before it."""
    before = _earlier(week, outcome)
    if before is None:
        return None
    found = _losses(sides, before) if outcome == "lost" else _profits(sides, before, HALF)
    if found is None or found.exposed < LEAST_EXPOSED or _are_few(found, outcome):
        return None
    return _tested(found, outcome)[1]


def _contrasted(sides: _Sides, change: Numbers, among: Flags, week: int) -> Contrast | None:
    """The contrast of who is looked at, by what was known at the start of a week."""
    study, among = sides.study, among & sides.either
    covariates = [*_known(study, week), *sides.doses]
    before = int((among & sides.exposed).sum())
    for name, values in study.about.items():
        if values.dtype.kind == "f":
            covariates.append(values.to_numpy())
        elif name not in (sides.scope, "manager"):
            flags, shared = groups(values, sides.exposed, among)
            covariates += flags
            among = among & shared
    if (among & sides.exposed).sum() < LEAST_KEPT * before:
        return None
    columns = np.stack([each[among] for each in covariates], axis=1)
    codes = None
    if sides.scope in study.about:
        named = study.about[sides.scope].astype(object)
        codes = pd.factorize(named.where(named.notna(), "")[among], sort=True)[0]
    return contrast(change[among], columns, sides.exposed[among], codes)


def _known(study: Study, week: int) -> list[Numbers]:
    """Profit, orders, silence and tenure of each client at the start of a week."""
    weeks = study.weeks
    profit = weeks.earned(max(week - YEAR, 0), week)
    usual = max(week + SETTLING - YEAR, 0), week + WATCH - YEAR
    edge = np.quantile(np.abs(profit), 0.99)
    return [
        np.arcsinh(profit / study.scale),
        np.clip(profit, -edge, edge),
        np.log1p(weeks.ordered(week - YEAR, week)),
        np.log1p(weeks.ordered(week - HALF, week)),
        np.arcsinh(weeks.earned(*usual) / study.scale),
        np.log1p(weeks.ordered(*usual)),
        np.log1p(weeks.silent(week)),
        np.log1p(np.maximum(week - np.minimum(weeks.first, NEVER - 1), 0)),
    ]


def _tested(found: Contrast, outcome: Outcome) -> tuple[float, float]:
    """Half the width of the interval, and p of no effect."""
    variance = float(found.parts @ found.parts)
    if outcome == "lost":
        variance += _missing(found)
    free = min(found.exposed, found.effective) - 1.0
    whole = variance + found.shock
    if found.shock > 0:
        # Satterthwaite (1946): of two variances, each known so well
        free = whole**2 / (variance**2 / free + found.shock**2 / (found.groups - 1.0))
    error = float(np.sqrt(whole))
    p = 2.0 * float(student.sf(abs(found.effect) / error, free)) if error > 0 else 1.0
    return float(student.ppf(0.5 + LEVEL / 2, free) * error), p


def _missing(one: Contrast) -> float:
    """What the variance of a rate lacks where fewer were lost than expected.

    Of thirty clients of whom by chance none was lost, the seen variance is none.
    """
    rate = min(max(one.expected, 0.0), 1.0)
    seen = min(max(one.expected + one.effect, 0.0), 1.0)
    return max(rate * (1.0 - rate) - seen * (1.0 - seen), 0.0) / one.exposed
