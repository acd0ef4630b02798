"""The gate in words: each of its reasons as one sentence with the figures it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from segml.evaluation import Verdict

Figures = Mapping[str, float | str | None]


def verdict_line(verdict: Verdict) -> str:
    """One reason of the gate, whether it is held, and its figures.

    Parameters
    ----------
    verdict
        As `evaluation.judge` gives it.
    """
    told = _LINES[verdict.reason](verdict.figures)
    return f"{'held' if verdict.passed else 'NOT HELD'}: {told}"


def _grade(figures: Figures) -> str:
    return (
        f"grade {figures['grade']} ({figures['worst']} or better passes): AUC "
        f"{_number(figures['auc'])}, {_ahead(figures, 'lead')} of the best simple rule "
        f"({figures['baseline']}); for key clients {_ahead(figures, 'key_lead')} of "
        f"{figures['key_baseline']}; calibration error beyond chance "
        f"{_number(figures['calibration'])}"
    )


def _key(figures: Figures) -> str:
    return (
        f"key clients: AUC {_number(figures['auc'])}, the champion's "
        f"{_number(figures['champion'])}, {_ahead(figures, 'lead')}"
    )


def _calibration(figures: Figures) -> str:
    return f"calibration error beyond chance {_most(figures, 'error')}"


def _sizes(figures: Figures) -> str:
    return f"farthest off for {figures['group']} clients, by {_most(figures, 'gap')}"


def _money(figures: Figures) -> str:
    moved = (
        "the totals of today are not compared"
        if figures["moved"] is None
        else f"the total expected of today's clients is {_share(figures['moved'])} from the "
        f"champion's, at most {_share(figures['most'])} passes"
    )
    return (
        f"expected profit: Gini {_number(figures['gini'])} by what came in {figures['days']:.0f} "
        f"days, the champion's {_number(figures['champion'])}, {_ahead(figures, 'lead')}; {moved}"
    )


def _tiers(figures: Figures) -> str:
    return (
        f"{_share(figures['moved'])} of active clients would change tier because the model "
        f"changed, at most {_share(figures['most'])} pass"
    )


def _reasons(figures: Figures) -> str:
    return (
        f"{_share(figures['kept'])} of a client's leading churn features are named by both "
        f"models, at least {_share(figures['least'])} are asked"
    )


def _history(figures: Figures) -> str:
    return (
        f"of {figures['table']} its training saw {figures['then']:,.0f} rows, of the same days "
        f"there are {figures['now']:,.0f} now ({_share(figures['changed'])} apart), at most "
        f"{_share(figures['most'])} pass"
    )


_LINES: Mapping[str, Callable[[Figures], str]] = MappingProxyType(
    {
        "grade": _grade,
        "key": _key,
        "calibration": _calibration,
        "sizes": _sizes,
        "money": _money,
        "tiers": _tiers,
        "reasons": _reasons,
        "history": _history,
    }
)


def _most(figures: Figures, name: str) -> str:
    champion = figures.get("champion")
    theirs = "" if champion is None else f", or the champion's {_number(champion)}"
    return f"{_number(figures[name])}, at most {_number(figures['most'])}{theirs} passes"


def _ahead(figures: Figures, name: str) -> str:
    lead, low, high = (figures[key] for key in (name, f"{name}_low", f"{name}_high"))
    if lead is None or low is None or high is None:
        return "too little is known to say how far ahead"
    return f"{lead:+.3f} [{low:+.3f}, {high:+.3f}] ahead"


def _number(value: float | str | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _share(value: float | str | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"
