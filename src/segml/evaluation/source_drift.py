"""Drift of the sources: what came no more, came twice, or is worth something else than before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from segml.evaluation.seen import Seen
from segml.ledger import FORTNIGHTS, WINDOWS, date_of

LEAST_ROWS = 30
"""A kind of row that never came so often in a month is not judged by how often it comes."""
LEAST_CALM = 10
"""Nor is it too few of one that may come as seldom: a burst makes no rare kind a common one."""
LEAST_WINDOWS = 4
_IN_ALL = ": in all"
"""Ends the name of a table that has no row of any day."""
_BEFORE = ": before the training"
"""Ends the name of a table of whose rows of the past there are more or fewer."""
_SILENT = ": silent"
"""Ends the name of a part of the sources of which nothing came of late."""
_ORDERED = ": order days"
"""Ends the name of a region whose clients ordered on fewer days than is its part."""
_DAY = "transactions: day "
"""Begins the name of a day of which the order lines seem to be missing."""
_PAUSE = 1.5
"""Holidays fall on other days of the week each year, and close for longer."""
_LAG, _LAG_OF_LINES = 7, 2
"""Days after which rows are booked at the latest; parts of order lines are counted to the last of
all."""
_CHANGED = 0.05
"""So many rows may be booked late, or mended."""
_FACTOR, _IN_BURSTS = 2.0, {"interactions": 3.0}
"""Contacts may come more often: a burst of complaints is news of clients, no fault of a source."""
_STEADY = 1.25
"""What a line is worth may stray by a quarter beyond the most, however steady it was."""
_DEVIATIONS, _AS_DEVIATION = 5.0, 1.4826
"""How far a region may stray, in standard deviations, and one of them in median absolute ones."""
_A_YEAR_AGO = slice(FORTNIGHTS - 4, FORTNIGHTS - 1)
"""Among the windows before, the fortnight of a year ago and its neighbours: an own season."""
Row = tuple[str, str, float, float, float, float, bool]


def of_sources(seen: Seen) -> Iterator[Row]:
    """What is looked at in the sources, as rows of the table of drift.

    Parameters
    ----------
    seen
        The day that is judged.
    """
    yield from _volumes(seen.volumes)
    yield from _worths(seen.worth)
    yield from _silences(seen.silences)
    yield from _regions(seen.regions)
    for day, rows, least, usual in seen.missing.itertuples(index=False):
        yield drift_row("volume", f"{_DAY}{day}", rows, usual, low=least, high=usual)
    for each, had in seen.gone.items():
        yield drift_row("volume", each + _IN_ALL, 0, had, low=1, high=had)
    least, most = 1 - _CHANGED, 1 + _CHANGED
    for each, (had, now) in seen.past.items():
        if had >= LEAST_ROWS and each not in seen.gone:
            yield drift_row("volume", each + _BEFORE, now, had, low=least * had, high=most * had)


def drift_row(
    subject: str, name: str, value: float, usual: float, *, high: float, low: float = float("nan")
) -> Row:
    """A row of the table of drift."""
    is_beyond = bool(value > high or value < low)
    return (subject, name, float(value), usual, low, float(high), is_beyond)


def _volumes(volumes: pd.DataFrame) -> Iterator[Row]:
    for row in volumes.itertuples(index=False):
        latest, *before = [each for each in row[2:] if not np.isnan(each)] or [0.0]
        if len(before) < LEAST_WINDOWS or max(before) < LEAST_ROWS:
            continue
        if latest < LEAST_ROWS and _calm(before)[0] < LEAST_CALM:
            continue
        name = row.table if row.kind == "all" else f"{row.table}: {row.kind}"
        low, high = _usual_rows(before, _IN_BURSTS.get(str(row.table), _FACTOR))
        yield drift_row("volume", str(name), latest, float(np.median(before)), low=low, high=high)


def _silences(silences: pd.DataFrame) -> Iterator[Row]:
    for table, part, days, usual in silences.to_numpy(dtype=object).tolist():
        name = f"{table}: {part}{_SILENT}" if part else f"{table}{_SILENT}"
        least = _LAG_OF_LINES if table == "transactions" and part else _LAG
        yield drift_row("volume", name, days, usual, high=max(_PAUSE * usual, least))


def _worths(worth: pd.DataFrame) -> Iterator[Row]:
    """What order lines are worth; the more it strayed from window to window, the farther it may."""
    for row in worth.itertuples(index=False):
        latest, *before = row[2:]
        told = [each for each in before if not np.isnan(each)]
        if np.isnan(latest) or len(told) < LEAST_WINDOWS:
            continue
        least, most = _calm(told)
        if least > 0:
            apart = max(_STEADY, most / least)
            usual, name = float(np.median(told)), f"{row.table}: {row.kind}"
            yield drift_row("worth", name, latest, usual, low=least / apart, high=most * apart)


def _usual_rows(before: Sequence[float], most_factor: float) -> tuple[float, float]:
    """The least and the most rows a window may have, by the windows before, the latest first."""
    least, most = _calm(before)
    return least / _FACTOR, most * most_factor


def _calm(before: Sequence[float]) -> tuple[float, float]:
    """The least and the most of the windows before, the latest first.

    The emptiest and the fullest quarter of them are passed over, for a fault may have begun in
    them; the same season of last year counts all the same.
    """
    ordered = sorted(before)
    aside = len(ordered) // 4
    season = before[-1] if len(before) == WINDOWS - 1 else float(np.median(ordered))
    return min(ordered[aside], season), max(ordered[-1 - aside], season)


def _regions(regions: pd.DataFrame) -> Iterator[Row]:
    """The order days of each region by its part of those of all: a common season moves no limit."""
    everywhere = regions.sum()
    for region, own in regions.iterrows():
        odds = np.log((own + 0.5).to_numpy() / (everywhere - own + 0.5).to_numpy())
        before = odds[1:]
        others = float(everywhere.iloc[0] - own.iloc[0])
        middle = float(np.median(before))
        usual = np.exp(middle) * others
        if usual < LEAST_ROWS:
            continue
        least = min(middle, *before[_A_YEAR_AGO])
        by_chance = (np.exp(least) * others) ** -0.5
        strays = max(_AS_DEVIATION * np.median(np.abs(before - middle)), by_chance)
        low = least - max(_DEVIATIONS * strays, np.log(_STEADY))
        yield drift_row(
            "volume",
            f"transactions: region {region}{_ORDERED}",
            float(own.iloc[0]),
            float(usual),
            low=float(np.exp(low) * others),
            high=float(everywhere.iloc[0]),
        )


def volume_sentence(name: str, value: float, usual: float, trained: int) -> str:
    """What is said of a row of `volume` beyond its limit.

    Parameters
    ----------
    name, value, usual
        The row's.
    trained
        The day of the training, since 1970-01-01.
    """
    table = name.removesuffix(_BEFORE).removesuffix(_IN_ALL)
    if name.endswith(_SILENT):
        return (
            f"{name.removesuffix(_SILENT)}: nothing for {value:.0f} days; in the year before, at "
            f"most {usual:.0f} days on end held fewer than ten rows"
        )
    if name.endswith(_ORDERED):
        return (
            f"{name.removesuffix(_ORDERED)}: {value:,.0f} order days in the last two weeks, "
            f"{usual:,.0f} by its usual part of all: are some of its orders missing?"
        )
    if name.startswith(_DAY):
        return (
            f"transactions: {value:,.0f} order lines of {name.removeprefix(_DAY)}, usually at "
            f"least {usual:,.0f} on its day of the week: is a delivery missing?"
        )
    if name.endswith(_BEFORE):
        return (
            f"{table}: {value:,.0f} rows from before {date_of(trained)}, the training saw "
            f"{usual:,.0f}: the past is another"
        )
    if name.endswith(_IN_ALL):
        return f"{table}: no rows at all, {usual:,.0f} at the training"
    return f"{table}: {value:,.0f} rows in the last month, usually {usual:,.0f}"
