"""Who is next: today's key clients by the chance of being lost, and whose road they are on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.losses.asked import HORIZON_DAYS
from segml.losses.attribution import Span
from segml.losses.books import Books
from segml.losses.days_left import days_left, lead_days
from segml.losses.fates import Fates, peers
from segml.losses.foretold import Foretold, foretell, ranked
from segml.losses.hazards import Hazards
from segml.losses.history import of
from segml.losses.lookalikes import Likeness, likenesses
from segml.losses.months import as_date, month_starts
from segml.losses.pressure import drivers_of, pressure
from segml.losses.scene import Scene
from segml.losses.signal import Watch, first_signals
from segml.losses.silence import Silence, silence
from segml.losses.tables import framed
from segml.losses.tables_ahead import LOOKALIKES, NEXT_LOST


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhoNext:
    """The frames of who is next, and what was foretold.

    Parameters
    ----------
    next_lost, lookalikes
        Columns of `tables_ahead.NEXT_LOST` and `tables_ahead.LOOKALIKES`.
    foretold
        The chances, and how well they would have gone before.
    """

    next_lost: pd.DataFrame
    lookalikes: pd.DataFrame
    foretold: Foretold


def who_next(
    scene: Scene,
    books: Books,
    losses: pd.DataFrame,
    shares: pd.DataFrame,
    spans: Mapping[str, Span],
    *,
    became: Fates,
    hazards: Hazards | None = None,
) -> WhoNext:
    """Today's key clients, who are active and not lost, by the chance of being lost.

    Parameters
    ----------
    scene, books
        Ledger, model, dates; histories, rhythm, clock.
    losses
        Columns of `tables.LOSSES`.
    shares
        `client_id, reason, feature, share`: what each loss goes with.
    spans
        Lost client to the dates its reasons are taken between.
    became
        What became of the key clients of the earlier date.
    hazards
        How likely declines are to begin, where that was learnt.
    """
    gone = frozenset({*became.lost, *became.lost_before})
    foretold = foretell(scene, books, lost=gone, hazards=hazards)
    today = list(foretold.chance.index)
    alike = _alike(scene, today, shares, spans)
    warned, leads = (
        warnings_of(scene, today),
        lead_days(losses, _first_warnings(scene, became, spans)),
    )
    places, lens = ranked(foretold.chance), books.lens
    profit = scene.snapshot(scene.end).money["profit_365"]
    cases = [
        _Case(
            client_id=each,
            rank=int(places[place]),
            chance=float(foretold.chance[each]),
            profit=float(profit[each]),
            quiet=silence(
                of(books.orders, each).until(scene.end), lens.rhythm, lens.clock_of(each)
            ),
            warned_on=warned.get(each),
            alike=alike.get(each, ()),
        )
        for place, each in enumerate(today)
    ]
    ordered = sorted(cases, key=lambda case: case.rank)
    return WhoNext(
        next_lost=framed([_next_row(scene, case, leads) for case in ordered], NEXT_LOST),
        lookalikes=framed(
            [row for case in cases for row in _like_rows(scene, case, leads)], LOOKALIKES
        ),
        foretold=foretold,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One of today's key clients with all that its rows are made of."""

    client_id: str
    rank: int
    chance: float
    profit: float
    quiet: Silence | None
    warned_on: int | None
    alike: tuple[Likeness, ...]

    def left(self, end: int, reason: str | None, leads: Mapping[str, float]) -> float:
        """The days left, NaN where nothing has begun."""
        found = days_left(
            end=end, quiet=self.quiet, warned_on=self.warned_on, reason=reason, leads=leads
        )
        return np.nan if found is None else found


def _next_row(scene: Scene, case: _Case, leads: Mapping[str, float]) -> dict[str, Any]:
    best, quiet = (case.alike[0] if case.alike else None), case.quiet
    frame = scene.snapshot(scene.end).frame
    return {
        "client_id": case.client_id,
        "rank": case.rank,
        "chance": case.chance,
        "horizon_days": HORIZON_DAYS,
        "profit_365": case.profit,
        "profit_at_risk": case.chance * case.profit,
        "days_left": case.left(scene.end, best.reason if best else None, leads),
        "warned_on": as_date(case.warned_on),
        "last_order": as_date(quiet.last if quiet else None),
        "due_on": as_date(quiet.due_on if quiet else None),
        "reason": best.reason if best else None,
        "driver": best.driver if best else None,
        "driver_value": float(frame[best.driver][case.client_id]) if best else np.nan,
        "lever": best.lever if best else None,
    }


def _like_rows(scene: Scene, case: _Case, leads: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {
            "client_id": case.client_id,
            "like": each.like,
            "reason": each.reason,
            "similarity": each.similarity,
            "profit_at_risk": case.chance * case.profit,
            "days_left": case.left(scene.end, each.reason, leads),
            "lever": each.lever,
        }
        for each in case.alike
    ]


def _alike(
    scene: Scene, today: Sequence[str], shares: pd.DataFrame, spans: Mapping[str, Span]
) -> dict[str, tuple[Likeness, ...]]:
    now = scene.snapshot(scene.end).frame
    drivers = drivers_of(list(now.columns), CATALOGUE)
    if not drivers or not spans or not today:
        return {}
    after = scene.after
    key = now.loc[after.index[after["is_key"] & after["is_active"]]]
    then = []
    for day in sorted({each.before for each in spans.values()}):
        frame = scene.snapshot(day).frame
        who = [each for each in sorted(spans) if spans[each].before == day]
        comparable = frame.loc[frame.index.intersection(list(scene.key))]
        then.append(pressure(frame.loc[who], comparable, drivers))
    return likenesses(pressure(now.loc[list(today)], key, drivers), pd.concat(then), shares)


def _first_warnings(
    scene: Scene, became: Fates, spans: Mapping[str, Span]
) -> dict[str, int | None]:
    """The day on which the warning first stood of each lost client; None where it never did."""
    watches = {
        each: Watch(since=spans[each].before, until=loss.lost_on)
        for each, loss in became.lost.items()
    }
    return first_signals(
        watches, scene.chances, line=lambda day: scene.high_risk(day, peers(became, day))
    )


def warnings_of(scene: Scene, clients: Sequence[str]) -> dict[str, int]:
    """Since when the model's warning has stood without a break, of those of whom it stands today.

    A warning is what it is for the first signal of a loss by risk: the risk stands with the
    riskiest tenth, here of today's key clients. Month starts since the earlier date are looked at,
    and today.
    """
    open_ones, standing = set(clients), dict[str, int]()
    for day in (scene.end, *reversed(month_starts(scene.start, scene.end - 1))):
        if not open_ones:
            break
        chances, line = scene.chances(day), scene.high_risk(day, clients)
        open_ones = {each for each in open_ones if chances.get(each, np.nan) >= line}
        standing |= dict.fromkeys(open_ones, day)
    return standing
