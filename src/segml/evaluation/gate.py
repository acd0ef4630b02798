"""The gate before a champion: each of its reasons, held or not, with the figures it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from segml.evaluation.calibration_error import calibration_beyond
from segml.evaluation.contest import Contest
from segml.evaluation.gini_lead import gini_lead
from segml.evaluation.grade import GRADES, Standing, best_lead
from segml.evaluation.lead import auc_lead, known
from segml.evaluation.money_contest import MoneyContest
from segml.evaluation.slices import SIZES
from segml.words.gate import GatePlan

Values = npt.NDArray[np.float64]
Reason = Literal["grade", "key", "calibration", "sizes", "money", "tiers", "reasons", "history"]
CHANCE = 1.645
"""Standard errors within which a group's gap is held to be chance, in 19 cases of 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One reason of the gate.

    Parameters
    ----------
    reason
        Its code.
    passed
        Whether the version holds it.
    figures
        What it rests on, by name; None where undefined.
    """

    reason: Reason
    passed: bool
    figures: dict[str, float | str | None]


def judge(contest: Contest, plan: GatePlan) -> tuple[Verdict, ...]:
    """Every reason of the gate, in one order; what needs a champion is left out without one.

    Parameters
    ----------
    contest
        Both models on the same clients.
    plan
        The limits.

    Returns
    -------
    tuple of Verdict
        `grade`: what the challenger adds to the best baseline. `key`: it is not shown to rank key
        clients worse than the champion does. `calibration`: its error beyond chance. `sizes`: the
        worst gap, beyond chance, of small, middling and large clients. `money`: it is not shown to
        order clients by the profit that came worse than the champion does, and the total that is
        expected of today's clients changes little by the change of model. `tiers`: the share of
        clients that change tier by the change of model. `reasons`: the share of leading churn
        features that both models name. `history`: by how much the rows that its training saw have
        changed since, for what stands in for it in the other reasons learns from today's.
    """
    told = [_grade(contest, plan), _calibration(contest, plan), _sizes(contest, plan)]
    if contest.champion is not None:
        told.insert(1, _key(contest, contest.champion))
    if contest.money is not None:
        told.append(_money(contest.money, plan))
    if contest.tier_moves is not None:
        told.append(_most("tiers", "moved", contest.tier_moves, plan.tier_moves))
    if contest.reasons_kept is not None:
        kept, least = contest.reasons_kept, plan.reasons_kept
        figures: dict[str, float | str | None] = {"kept": kept, "least": least}
        told.append(Verdict(reason="reasons", passed=kept >= least, figures=figures))
    if contest.history:
        told.append(_history(contest, plan))
    return tuple(told)


def standing_of(contest: Contest) -> Standing:
    """What the challenger's grade rests on."""
    key = contest.key
    of_key = {name: risk[key] for name, risk in contest.baselines.items()}
    baseline, over_all = best_lead(contest.lost, contest.challenger, contest.baselines)
    key_baseline, over_key = best_lead(contest.lost[key], contest.challenger[key], of_key)
    return Standing(
        baseline=baseline,
        key_baseline=key_baseline,
        over_all=over_all,
        over_key=over_key,
        signal=auc_lead(contest.lost, contest.challenger, np.zeros(len(contest.lost))),
        calibration=_beyond_chance(contest.lost, contest.challenger),
    )


def _grade(contest: Contest, plan: GatePlan) -> Verdict:
    standing = standing_of(contest)
    return Verdict(
        reason="grade",
        passed=GRADES.index(standing.grade) <= GRADES.index(plan.grade),
        figures={**standing.figures, "worst": plan.grade},
    )


def _key(contest: Contest, champion: Values) -> Verdict:
    key = contest.key
    lead = auc_lead(contest.lost[key], contest.challenger[key], champion[key])
    figures: dict[str, float | str | None] = {
        "auc": known(lead.own),
        "champion": known(lead.other),
        **lead.figures("lead"),
    }
    return Verdict(reason="key", passed=not lead.high < 0, figures=figures)


def _calibration(contest: Contest, plan: GatePlan) -> Verdict:
    ours = _beyond_chance(contest.lost, contest.challenger)
    champion = contest.champion_chance
    theirs = None if champion is None else _beyond_chance(contest.lost, champion)
    return _most("calibration", "error", ours, plan.calibration_error, champion=theirs)


def _sizes(contest: Contest, plan: GatePlan) -> Verdict:
    ours, where = _worst_gap(contest, contest.challenger)
    champion = contest.champion_chance
    theirs = None if champion is None else _worst_gap(contest, champion)[0]
    return _most("sizes", "gap", ours, plan.size_gap, champion=theirs, group=where)


def _money(money: MoneyContest, plan: GatePlan) -> Verdict:
    lead = gini_lead(money.came, money.challenger, money.champion)
    moved = None
    if money.totals is not None and money.totals[1]:
        ours, theirs = money.totals
        moved = abs(ours - theirs) / abs(theirs)
    figures: dict[str, float | str | None] = {
        "gini": known(lead.own),
        "champion": known(lead.other),
        **lead.figures("lead"),
        "days": float(money.days),
        "moved": moved,
        "most": plan.money_moves,
    }
    is_steady = moved is None or moved <= plan.money_moves
    return Verdict(reason="money", passed=is_steady and not lead.high < 0, figures=figures)


def _history(contest: Contest, plan: GatePlan) -> Verdict:
    changes = {table: abs(now - then) / then for table, (then, now) in contest.history.items()}
    table = max(changes, key=lambda each: changes[each])
    then, now = contest.history[table]
    figures: dict[str, float | str | None] = {
        "changed": changes[table],
        "most": plan.history,
        "table": table,
        "then": float(then),
        "now": float(now),
    }
    return Verdict(reason="history", passed=changes[table] <= plan.history, figures=figures)


def _most(
    reason: Reason,
    name: str,
    value: float,
    most: float,
    *,
    champion: float | None = None,
    group: str | None = None,
) -> Verdict:
    """Held up to the limit, or up to what the champion has: a gate keeps out what makes worse."""
    limit = most if champion is None else max(most, champion)
    figures: dict[str, float | str | None] = {name: value, "most": most}
    if champion is not None:
        figures["champion"] = champion
    if group is not None:
        figures["group"] = group
    return Verdict(reason=reason, passed=not value > limit, figures=figures)


def _beyond_chance(lost: Values, probability: Values) -> float:
    return max(0.0, calibration_beyond(lost, probability))


def _worst_gap(contest: Contest, probability: Values) -> tuple[float, str]:
    """The largest distance, beyond chance, of a size group's mean probability from its losses."""
    gaps = {}
    for place, name in enumerate(SIZES):
        rows = contest.size == place
        if rows.any():
            p, lost = probability[rows], contest.lost[rows]
            error = np.sqrt((p * (1 - p)).sum()) / rows.sum()
            gaps[name] = max(0.0, float(abs(p.mean() - lost.mean()) - CHANCE * error))
    worst = max(gaps, key=lambda name: gaps[name], default="none")
    return gaps.get(worst, 0.0), worst
