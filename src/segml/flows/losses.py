"""The loss analysis between two days, by a model that had seen nothing after the earlier one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segml.bundle import Bundle, fit, support_of, version_name
from segml.flows.agreement import agreed
from segml.flows.drift import source_drift
from segml.flows.publishing import require_database, send
from segml.flows.result import Progress, Result, silent
from segml.flows.session import as_date, opened, registry_of, session, warned
from segml.flows.settings import Settings, read_settings
from segml.ledger import Ledger, day_of
from segml.losses import LossAnalysis, analyse
from segml.stores import Registry, load_version, losses_folder, publish, require_place
from segml.words.errors import ConfigurationRefused, HistoryTooShort, NoModel

TABLES = (
    "losses",
    "loss_reasons",
    "evidence",
    "demoted",
    "course",
    "path",
    "margins",
    "profit_parts",
    "next_lost",
    "lookalikes",
    "winback",
    "successors",
    "losses_by",
    "loss_faults",
    "loss_events",
    "loss_drivers",
    "loss_trend",
    "relief",
    "recorded_reasons",
    "event_impact",
    "company_events",
)
"""The published tables of an analysis."""


@dataclass(frozen=True, kw_only=True)
class LossRun(Result):
    """A published loss analysis: its frames, and its folder."""

    analysis: LossAnalysis
    folder: Path


def analyse_losses(
    config: str | Path | Settings,
    *,
    start: dt.date | str,
    end: dt.date | str,
    progress: Progress = silent,
) -> LossRun:
    """Which key clients were lost between two days, why, and what it costs a year; published.

    Both dates are seen by one model: the champion if it was trained at or before `start`, else
    the newest version that was. Where there is none, one is fitted on what was known at `start`,
    used for this analysis alone, and named in its notes.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    start, end
        The earlier and the later day.
    progress
        Told of each step.

    Raises
    ------
    ConfigurationRefused
        If `end` is not after `start`, or the money's rules changed since the training.
    StaleLedger
        If the ledger ends too early for the later day.
    DriftRefused
        If a source moved too far by then, and the configuration refuses that.
    PublicationFailed
        If the database of `publish` refuses; the output folder holds the run, if it got so far.
    Refusal
        If the configuration, the ledger, the bundle or the lock refuses.
    """
    settings, first, last = read_settings(config), as_date(start), as_date(end)
    if first >= last:
        raise ConfigurationRefused(
            f"--from {first} and --to {last}",
            allowed="an earlier and a later day",
            next_step="swap or widen them",
        )
    with session(settings, f"segml losses --from {first} --to {last}", create=True) as run:
        require_database(run)
        registry = registry_of(settings)
        folder = losses_folder(settings.output, first, last)
        require_place(folder, portfolio=settings.plan.portfolio)
        with opened(run, until=last) as ledger:
            with run.timed("model"):
                found, version, notes = _model(settings, registry, ledger, first, progress)
                bundle, differing = agreed(found, settings.plan)
            moved = source_drift(run, ledger, bundle, last)
            with run.timed("losses"):
                analysis = analyse(
                    ledger, bundle, start=day_of(first), end=day_of(last), progress=progress
                )
            support = support_of(bundle)
            record = {
                **run.record(ledger),
                "from": first.isoformat(),
                "to": last.isoformat(),
                "model_version": version,
                "churn_horizon_days": bundle.plan.churn.horizon_days,
                **analysis.summary,
                "support": support.to_json() if support else None,
                "notes": [
                    *(*ledger.notes, *notes, *differing, *moved),
                    *analysis.summary.get("notes", ()),
                    *(support.sentences() if support else ()),
                ],
            }
        publish(folder, {name: getattr(analysis, name) for name in TABLES}, record)
        sent = send(run, folder)
    return LossRun(
        summary={**record, "ok": True, "folder": str(folder), **sent.summary},
        told=(
            *_lines(analysis, ledger.currency),
            *(f"Note: {note}" for note in moved),
            *warned(ledger),
            f"In {folder}",
            *sent.told,
        ),
        analysis=analysis,
        folder=folder,
    )


def _model(
    settings: Settings, registry: Registry, ledger: Ledger, first: dt.date, progress: Progress
) -> tuple[Bundle, str, list[str]]:
    """A bundle that saw nothing after the earlier day, its version's name, and what to say."""
    try:
        version = registry.champion_at_or_before(first)
    except NoModel:
        bundle = _fitted(ledger, first, settings, progress)
        name = version_name(bundle)
        said = f"no version was trained at or before {first}: {name} was fitted for this analysis"
        return bundle, name, [said]
    return load_version(registry, version), version.version, []


def _fitted(ledger: Ledger, first: dt.date, settings: Settings, progress: Progress) -> Bundle:
    """A bundle of the earlier day; where history is too short for it, a later day may do."""
    try:
        return fit(ledger, first, settings.plan, progress=progress)
    except HistoryTooShort as short:
        raise HistoryTooShort(
            f"no version trained at or before {first}, and {short.found}",
            allowed=short.allowed,
            next_step=f"{short.next_step}; a later `--from` is a later as-of date",
        ) from short


def _lines(analysis: LossAnalysis, currency: str | None) -> tuple[str, ...]:
    losses, unit = analysis.losses, f" {currency}" if currency else ""
    summary = analysis.summary
    cost = f"{losses['profit_lost'].sum():,.0f}{unit} of profit a year"
    head = (
        f"{len(losses)} of {summary['key_clients']} key clients were lost; that costs {cost}."
        if len(losses)
        else f"None of {summary['key_clients']} key clients was lost."
    )
    unsure = losses.loc[losses["certainty"].eq("probable"), "profit_lost"]
    probable = f"  {len(unsure)} of them probable, not certain: {unsure.sum():,.0f}{unit}"
    reasons = analysis.loss_reasons.groupby("reason")["money"].sum().sort_values(ascending=False)
    told = reasons[reasons.abs() >= 0.5]
    money = [f"  {reason}: {value:,.0f}{unit}" for reason, value in told.items()]
    return (
        head,
        *([probable] if len(unsure) else []),
        *money,
        f"{summary['demoted']} fell out of the key tiers otherwise.",
        *_won_and_lost(summary["won_and_lost"], unit),
        *_going_on(analysis, unit),
    )


def _going_on(analysis: LossAnalysis, unit: str) -> tuple[str, ...]:
    """How many of the lost may be none, and what they weigh."""
    who = analysis.successors["client_id"]
    if not len(who):
        return ()
    lost = analysis.losses.loc[analysis.losses["client_id"].isin(who), "profit_lost"].sum()
    said = f"{len(who)} of the lost may buy on under another id"
    return (f"{said} ({lost:,.0f}{unit}): see `successors`.",)


def _won_and_lost(late: Mapping[str, Any], unit: str) -> tuple[str, ...]:
    if not late["clients"]:
        return ()
    profit = f"{late['profit']:,.0f}{unit} of profit in their last 365 days"
    return (f"Won and lost between the two dates, and not counted: {late['clients']}; {profit}.",)
