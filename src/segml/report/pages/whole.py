"""The portfolio and its losses as pages: the report's facts, of those clients that may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from segml.report.ahead import winback_of
from segml.report.at_risk import most_at_risk, risk_facts
from segml.report.dossier import LostClient, lost_client
from segml.report.facts import ReportFacts, gone_clients, portfolio_facts
from segml.report.health import health_facts
from segml.report.lost import LossFacts, dearest, loss_facts, told_losses
from segml.report.pages.tasks import ReasonsOf
from segml.report.prospects import prospects_facts
from segml.report.records import Rows
from segml.report.silence import with_silence
from segml.report.standing import roles_facts
from segml.report.support import support_facts
from segml.report.table import Table, Tables, frame_of
from segml.report.waterfall import profit_facts
from segml.words.feature import Feature

OF_SCORES = (
    *("profit", "roles", "attention", "boundaries", "decisions", "prospects"),
    "prospect_reasons",
)
"""The tables of a scored run that are read beside the roster; rows of single clients."""
OF_ALL = ("concentration", "spreads")
"""Tables about all clients together: they are for those who may see all."""
OF_LOSSES = (
    *("losses", "loss_reasons", "evidence", "demoted", "course", "path", "next_lost"),
    *("lookalikes", "winback", "successors"),
)
"""The tables of a loss analysis with rows of single clients."""
OF_ALL_LOSSES = (
    *("losses_by", "loss_faults", "loss_events", "loss_drivers", "loss_trend", "relief"),
    *("recorded_reasons", "event_impact", "company_events"),
)
"""The tables of a loss analysis about all losses together."""


def whole_facts(
    run: Mapping[str, Any],
    scores: pd.DataFrame | Table,
    tables: Tables,
    *,
    features: Mapping[str, Feature],
    names: Mapping[str, str],
    reasons_of: ReasonsOf,
) -> ReportFacts:
    """The facts of a portfolio's page; its losses are told on a page of their own.

    Parameters
    ----------
    run
        The run.json of the scores.
    scores
        The clients that may be seen, as the list has them.
    tables
        Those of `OF_SCORES` and `OF_ALL` that were published and may be seen, and `losses`.
    features
        Feature name to the feature.
    names
        Client id to name, of those that may be seen.
    reasons_of
        Gives the published reasons of some clients.
    """
    lost = frame_of(tables, "losses")
    lost_tables = None if lost is None else {"losses": lost}
    gone = gone_clients(lost_tables)
    shown = most_at_risk(scores, gone=gone)
    ids = [row["client_id"] for row in shown]
    at_risk = risk_facts(shown, reasons_of(ids), names) if shown else ()
    support = support_facts(run)
    if support is not None:
        at_risk = with_silence(at_risk, tables.get("features"))
    return ReportFacts(
        portfolio=portfolio_facts(run, scores, gone=gone),
        losses=None,
        at_risk=at_risk,
        example=None,
        features=features,
        notes=tuple(dict.fromkeys(run.get("notes", ()))),
        profit=profit_facts(tables.get("profit")),
        support=support,
        health=health_facts(tables, names, left=gone_clients(lost_tables, "left")),
        prospects=prospects_facts(tables, names=names),
        roles=roles_facts(scores, tables.get("roles"), names),
    )


def lost_facts(
    run: Mapping[str, Any],
    tables: Tables,
    names: Mapping[str, str],
    *,
    features: Mapping[str, Feature],
    part: slice,
) -> LossFacts:
    """The facts of a page of losses.

    Parameters
    ----------
    run
        The run.json of the analysis.
    tables
        Those of `OF_LOSSES` and, for those who may see all, of `OF_ALL_LOSSES`.
    names
        Client id to name, of those that may be seen.
    features
        Feature name to the feature.
    part
        Which of the losses, the dearest first, are told.
    """
    kinds = {name: feature.kind for name, feature in features.items()}
    return loss_facts(run, tables, names=names, kinds=kinds, part=part)


def told_part(
    run: Mapping[str, Any],
    tables: Tables,
    names: Mapping[str, str],
    *,
    features: Mapping[str, Feature],
    part: slice,
) -> tuple[LostClient, ...]:
    """A part of the losses alone, one by one, the dearest first.

    Parameters
    ----------
    run, tables, names, features, part
        As for `lost_facts`.
    """
    kinds = {name: feature.kind for name, feature in features.items()}
    return told_losses(run, tables, dearest(tables, part), names=names, kinds=kinds)


def one_loss(
    every: LossFacts,
    rows: Mapping[str, Rows],
    names: Mapping[str, str],
    *,
    features: Mapping[str, Feature],
) -> LossFacts:
    """The facts of all losses, of which one alone is told.

    Parameters
    ----------
    every
        All of them.
    rows
        The client's rows of `OF_LOSSES`, and those of `loss_events`.
    names
        Client id to name, of those that may be seen.
    features
        Feature name to the feature.
    """
    kinds = {name: feature.kind for name, feature in features.items()}
    lost = lost_client(rows["losses"][0], rows, names, kinds, end=every.end)
    return replace(every, lost=(lost,), winback=winback_of(rows.get("winback", ()), names))
