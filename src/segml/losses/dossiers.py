"""The lost clients one by one: money, reasons, evidence, course and path, as frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.ledger import discontinued
from segml.losses.accounted import shared, told_by_seen
from segml.losses.attribution import Decomposition, Span, decompose, reason_weights, span_of
from segml.losses.believed_events import believed_events
from segml.losses.books import Books
from segml.losses.causes import Learnt, as_weights
from segml.losses.course import course
from segml.losses.earlier import with_earlier
from segml.losses.events_behind import Behind, cited, that_reached
from segml.losses.evidence import evidence
from segml.losses.fates import Fates
from segml.losses.history import EMPTY, of
from segml.losses.missed import missed_signals, speaking_drivers
from segml.losses.money import Money, cost_of
from segml.losses.months import as_date
from segml.losses.order_level import OrderLevel, learn_order_level
from segml.losses.profit_parts import Change, part_rows, profit_change
from segml.losses.reasons import NAMED, loss_reasons, margin_rows, named_reasons
from segml.losses.scene import Scene
from segml.losses.signal import Signal
from segml.losses.silence import silence
from segml.losses.tables import (
    COURSE,
    EVIDENCE,
    LOSS_REASONS,
    LOSSES,
    MARGINS,
    PATH,
    PROFIT_PARTS,
    framed,
)
from segml.losses.trail import Trail, by_client
from segml.losses.transitions import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lost client with all that its rows are made of."""

    loss: Transition
    money: Money
    span: Span
    signal: Signal | None
    reasons: list[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dossiers:
    """The frames of the lost clients; see `LossAnalysis` for each.

    `learnt` is what the reasons were learnt from; None where the scores spoke alone. `cases` and
    `trails` are what the frames were made of, client by client.
    """

    losses: pd.DataFrame
    loss_reasons: pd.DataFrame
    evidence: pd.DataFrame
    course: pd.DataFrame
    path: pd.DataFrame
    margins: pd.DataFrame
    profit_parts: pd.DataFrame
    learnt: Learnt | None = None
    cases: Mapping[str, Case] = field(default_factory=dict)
    trails: Mapping[str, Trail] = field(default_factory=dict)


def no_dossiers() -> Dossiers:
    """The frames when nobody was lost: their columns, no rows."""
    return Dossiers(
        losses=framed([], LOSSES),
        loss_reasons=framed([], LOSS_REASONS),
        evidence=framed([], EVIDENCE),
        course=framed([], COURSE),
        path=framed([], PATH),
        margins=framed([], MARGINS),
        profit_parts=framed([], PROFIT_PARTS),
    )


def dossiers(scene: Scene, books: Books, fates: Fates, learnt: Learnt | None) -> Dossiers:
    """The frames of all clients lost between the two dates.

    Parameters
    ----------
    scene
        Ledger, model, dates.
    books
        Histories, rhythm, clock.
    fates
        Who was lost, and who stayed to compare with.
    learnt
        What their reasons are told by; None: the scores speak alone.
    """
    spans = {each: _span(scene, books, each, loss) for each, loss in fates.lost.items()}
    scene.prepare(day for span in spans.values() for day in (span.before, span.after))
    lost = _decomposed(scene, spans)
    level = learn_order_level([of(books.orders, each) for each in fates.stayed], end=scene.end)
    costs = {
        each: _money(scene, books, level, fates.lost[each], each) for each in sorted(fates.lost)
    }
    lines = by_client(scene.ledger.past(scene.end).lines(list(costs)), costs)
    changes = _changes(scene, lines, costs)
    weights = as_weights(learnt, lost) if learnt else reason_weights(lost, _stayed(scene, fates))
    shares = told_by_seen(shared(weights, lost, list(changes.values())), lost)
    signals = missed_signals(scene, books, fates, spans, speaking_drivers(lost, shares))
    cases = {
        each: Case(
            loss=fates.lost[each],
            money=costs[each],
            span=spans[each],
            signal=signals[each],
            reasons=named_reasons(shares, place),
        )
        for place, each in enumerate(costs)
    }
    money = {each: case.money.profit_lost for each, case in cases.items()}
    features = {feature.name: feature for feature in CATALOGUE}
    named = {each: tuple(code for code, _ in case.reasons) for each, case in cases.items()}
    onsets = {each: case.loss.onset.day for each, case in cases.items()}
    trails = _trails(scene, cases, lines, learnt)
    return Dossiers(
        losses=_losses(scene, books, cases),
        loss_reasons=with_earlier(loss_reasons(lost, shares, money, features), scene, books, spans),
        evidence=evidence(trails, named),
        course=course(books.orders, onsets, first_day=scene.ledger.first_day, end=scene.end),
        path=_path(scene, books, cases, lost),
        margins=margin_rows(lost),
        profit_parts=part_rows(changes),
        learnt=learnt,
        cases=cases,
        trails=trails,
    )


def _money(
    scene: Scene, books: Books, level: OrderLevel | None, loss: Transition, client_id: str
) -> Money:
    return cost_of(
        loss,
        of(books.orders, client_id),
        books.brought.get(client_id, EMPTY),
        books.lens.clock_of(client_id),
        books.peers,
        end=scene.end,
        level=level,
    )


def _changes(
    scene: Scene, lines: Mapping[str, pd.DataFrame], costs: Mapping[str, Money]
) -> dict[str, Change | None]:
    past = scene.ledger.past(scene.end)
    charges = by_client(past.charges(list(costs)), costs)
    return {
        each: profit_change(
            lines[each], charges[each], money, past.economics, has_cost="cost" in past.has
        )
        for each, money in costs.items()
    }


def _span(scene: Scene, books: Books, client_id: str, loss: Transition) -> Span:
    return span_of(
        client_id,
        onset=loss.onset.day,
        lost_on=loss.lost_on,
        known_from=int(of(books.orders, client_id).days[0]),
        end=scene.end,
    )


def _decomposed(scene: Scene, spans: Mapping[str, Span]) -> Decomposition:
    ordered = [spans[each] for each in sorted(spans)]
    held, engine = scene.before["tier"], scene.ledger.engine
    return decompose(scene.bundle, scene.snapshot, ordered, held, engine)


def _stayed(scene: Scene, fates: Fates) -> Decomposition | None:
    if not fates.stayed:
        return None
    spans = {
        each: Span(client_id=each, before=scene.start, after=scene.end) for each in fates.stayed
    }
    return _decomposed(scene, spans)


def _losses(scene: Scene, books: Books, cases: Mapping[str, Case]) -> pd.DataFrame:
    rows = []
    for client_id, case in cases.items():
        onset, end = case.loss.onset, books.told_end(client_id)
        row: dict[str, Any] = {
            "client_id": client_id,
            "tier_before": scene.before["tier"][client_id],
            "kind": case.loss.kind,
            "certainty": case.loss.certainty,
            "onset": as_date(onset.day),
            "onset_low": as_date(onset.low),
            "onset_high": as_date(onset.high),
            "lost_on": as_date(case.loss.lost_on),
            "first_signal": as_date(case.signal.day if case.signal else None),
            "profit_before": case.money.profit_before,
            "profit_lost": case.money.profit_lost,
            "referral_profit_lost": case.money.referral_profit_lost,
        }
        for place in range(NAMED):
            code, share = case.reasons[place] if place < len(case.reasons) else (None, np.nan)
            row |= {f"reason_{place + 1}": code, f"share_{place + 1}": share}
        row["first_signal_by"] = case.signal.by if case.signal else None
        row["left_on"] = as_date(end.day if end else None)
        row["left_reason"] = end.reason if end else None
        rows.append(row)
    rows.sort(key=lambda row: (-row["profit_lost"], row["client_id"]))
    return framed(rows, LOSSES)


def _trails(
    scene: Scene,
    cases: Mapping[str, Case],
    lines: Mapping[str, pd.DataFrame],
    learnt: Learnt | None,
) -> dict[str, Trail]:
    days = {
        case.span.after
        for case in cases.values()
        if any(code == "assortment" for code, _ in case.reasons)
    }
    pasts = {day: scene.ledger.past(day) for day in sorted(days)}
    withdrawn = {day: each.withdrawn() | discontinued(each) for day, each in pasts.items()}
    past = scene.ledger.past(scene.end)
    contacts, bills, events = (
        by_client(rows, cases)
        for rows in (
            past.contacts(list(cases)),
            past.bills(list(cases)),
            believed_events(past, list(cases)),
        )
    )
    behind: dict[str, tuple[Behind, ...]] = {}
    if learnt:
        behind = {e: that_reached(learnt.events.get(e, ()), rows) for e, rows in events.items()}
        events = {e: rows[rows["event_id"].isin(cited(behind[e]))] for e, rows in events.items()}
    return {
        client_id: Trail(
            lines=lines[client_id],
            contacts=contacts[client_id],
            bills=bills[client_id],
            events=events[client_id],
            behind=behind.get(client_id, ()),
            onset=case.loss.onset.day,
            begun_by=case.loss.onset.high,
            explained_at=case.span.after,
            kind=case.loss.kind,
            withdrawn=withdrawn.get(case.span.after, frozenset()),
            short=learnt.short if learnt else None,
        )
        for client_id, case in cases.items()
    }


def _path(
    scene: Scene, books: Books, cases: Mapping[str, Case], lost: Decomposition
) -> pd.DataFrame:
    rows, lens = [], books.lens
    for place, (client_id, case) in enumerate(cases.items()):
        quiet = silence(of(books.orders, client_id), lens.rhythm, lens.clock_of(client_id))
        rows.append(
            {
                "client_id": client_id,
                "last_healthy": as_date(case.span.before),
                "explained_at": as_date(case.span.after),
                "tier_before": scene.before["tier"][client_id],
                "tier_after": scene.after["tier"][client_id],
                "p_churn_before": scene.chances(case.span.before)[client_id],
                "p_churn_after": scene.chances(case.span.after)[client_id],
                "raw_churn_before": lost.churn.base[place],
                "raw_churn_after": lost.churn.raw[place],
                "last_order": as_date(quiet.last if quiet else None),
                "due_on": as_date(quiet.due_on if quiet else None),
            }
        )
    return framed(rows, PATH)
