"""The first missed signal of each lost client: of the model's risk and the drivers, the first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from segml.features import CATALOGUE
from segml.losses.accounted import Shares
from segml.losses.attribution import Decomposition, Span
from segml.losses.books import Books
from segml.losses.fates import Fates, peers
from segml.losses.history import of
from segml.losses.scene import Scene
from segml.losses.signal import (
    LEAST_SHARE,
    Signal,
    Watch,
    earlier,
    first_crossings,
    first_signals,
    usual_lines,
)
from segml.words.feature import Feature


def missed_signals(
    scene: Scene,
    books: Books,
    fates: Fates,
    spans: Mapping[str, Span],
    speaking: Mapping[str, list[Feature]],
) -> dict[str, Signal | None]:
    """The first signal of every lost client; None where there was none.

    Parameters
    ----------
    scene, books, fates
        Snapshots, histories, who was lost.
    spans
        Lost client to the dates its reasons are taken between.
    speaking
        Of `speaking_drivers`.
    """
    watches = {
        each: Watch(
            since=spans[each].before,
            until=loss.lost_on,
            known_from=int(of(books.orders, each).days[0]),
        )
        for each, loss in fates.lost.items()
    }
    scene.prepare(day for watch in watches.values() for day in watch.months)
    risks = first_signals(
        watches, scene.chances, line=lambda day: scene.high_risk(day, peers(fates, day))
    )
    drivers = list({each.name: each for found in speaking.values() for each in found}.values())

    @cache
    def usual(day: int) -> Mapping[str, float]:
        frame = scene.snapshot(day).frame
        return usual_lines(frame[frame.index.isin(peers(fates, day))], drivers)

    crossed = first_crossings(watches, speaking, lambda day: scene.snapshot(day).frame, usual)
    return {each: earlier(risks[each], crossed[each]) for each in watches}


def speaking_drivers(lost: Decomposition, shares: Shares) -> dict[str, list[Feature]]:
    """The drivers with a real share in each client's loss, the greatest first.

    Parameters
    ----------
    lost
        The lost clients.
    shares
        Of the same clients.
    """
    by_name = {feature.name: feature for feature in CATALOGUE}
    features, found = [by_name[name] for name in lost.churn.features], {}
    for place, client_id in enumerate(lost.churn.clients):
        own = shares.features[place]
        order = sorted(range(len(features)), key=lambda each: (-own[each], each))
        found[str(client_id)] = [features[each] for each in order if own[each] >= LEAST_SHARE]
    return found
