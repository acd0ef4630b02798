"""One client in words, from the published run of a day, or scored for the occasion.

A client that was lost is told with the facts of its dossier: those of the newest loss analysis that
ends by the day, the one the report of that day shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segml.features import CATALOGUE, FIRST_CONTACT
from segml.flows.report import newest_losses
from segml.flows.result import Progress, Result, silent
from segml.flows.score import score
from segml.flows.session import as_date
from segml.flows.settings import Settings, read_settings
from segml.report import (
    PROSPECTS,
    STANDING,
    LostClient,
    ProspectFact,
    advised,
    client_lines,
    client_names,
    client_profit,
    contribution_lines,
    loss_of,
    lost_lines,
    prospect_lines,
    prospect_of,
    speaking,
    standing_facts,
    standing_lines,
    support_facts,
    support_sentences,
)
from segml.scoring import ClientFacts, client_facts
from segml.stores import find_table, list_runs, read_run, read_table, read_whole, require_id
from segml.words.feature import Feature


@dataclass(frozen=True, kw_only=True)
class ClientExplained(Result):
    """What is true of one client, and the words for it; its loss, where it was lost."""

    facts: ClientFacts
    loss: LostClient | None = None


def explain(
    config: str | Path | Settings,
    client_id: str,
    *,
    as_of: dt.date | str,
    progress: Progress = silent,
) -> ClientExplained:
    """The scores and reasons of one client at a date, and its loss where it was lost by then.

    A published run of that date is read; where there is none, the date is scored and published
    first, so that what is said is what is kept.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    client_id
        Whose; a name that one client alone has stands for its id.
    as_of
        The date.
    progress
        Told of each step.

    Raises
    ------
    ConfigurationRefused
        If there is no such client, or several have the name; ids to choose from are told.
    """
    settings, day, who = read_settings(config), as_date(as_of), require_id(client_id)
    folder = _published(settings, day, progress)
    with speaking(settings.language):
        return read_whole(folder, lambda at: _explained(settings, at, who, day))


def _explained(settings: Settings, folder: Path, client_id: str, day: dt.date) -> ClientExplained:
    """The published run's facts of a client, said in the language spoken."""
    scores, reasons, clients = (
        read_table(folder, name) for name in ("scores", "reasons", "clients")
    )
    facts = client_facts(scores, reasons, clients, client_id=client_id)
    client_id = facts.client_id
    profit = client_profit(find_table(folder, "profit"), client_id)
    features = {feature.name: feature for feature in (*FIRST_CONTACT, *CATALOGUE)}
    standing = standing_facts({name: find_table(folder, name) for name in STANDING}, client_id)
    prospect = _prospect(folder, facts, clients)
    run = read_run(folder)
    spans = {
        "horizon_days": run.get("churn_horizon_days"),
        "potential_days": run.get("potential_horizon_days"),
    }
    loss, said = _loss(settings, day, facts, features, clients)
    lines = client_lines(
        advised(facts, run),
        profit=profit,
        is_lost=loss is not None,
        active_days=run.get("active_days"),
        usual_gap_days=_usual_gap(folder, client_id),
        **spans,
    )
    if standing is not None:
        lines += standing_lines(standing, features, facts.currency, may_rise=facts.may_rise)
    if prospect is not None:
        scored = prospect_lines(prospect, features, facts.currency)
    else:
        scored = contribution_lines(facts, features, **spans)
    summary = {
        "ok": True,
        **_plain(asdict(facts)),
        "profit": profit and _plain(asdict(profit)),
        "standing": standing and _plain(asdict(standing)),
        "loss": loss and _plain(asdict(loss)),
        "prospect": prospect and _plain(asdict(prospect)),
    }
    # of a lost client that is asked first; what the model makes of its orders comes behind
    told = (*lines, *said, "", *scored, *_caution(folder, facts.currency))
    return ClientExplained(summary=summary, told=told, facts=facts, loss=loss)


def _usual_gap(folder: Path, client_id: str) -> float | None:
    """The median of the days between the client's orders; None where it has too few."""
    features = find_table(folder, "features")
    if features is None or "median_gap_days" not in features:
        return None
    known = features.loc[features["client_id"] == client_id, "median_gap_days"].dropna()
    return float(known.iloc[0]) if len(known) else None


def _loss(
    settings: Settings,
    day: dt.date,
    facts: ClientFacts,
    features: Mapping[str, Feature],
    clients: pd.DataFrame,
) -> tuple[LostClient | None, list[str]]:
    """The client's loss in the analysis that the report of the day shows, and its lines."""
    published = newest_losses(settings, day)
    if published is None:
        return None, []
    run, tables = published
    kinds = {name: feature.kind for name, feature in features.items()}
    names = {facts.client_id: facts.name} if facts.name else {}
    if "successors" in tables:
        after = tables["successors"].set_index("client_id")["successor"].get(facts.client_id)
        names |= {} if after is None else {after: client_names(clients).get(after, after)}
    loss = loss_of(run, tables, facts.client_id, names=names, kinds=kinds)
    if loss is None:
        return None, []
    between = (as_date(str(run["from"])), as_date(str(run["to"])))
    return loss, ["", *lost_lines(loss, features, facts.currency, between=between)]


def _prospect(folder: Path, facts: ClientFacts, clients: pd.DataFrame) -> ProspectFact | None:
    """What is foretold of a prospect's first year; None for a client that has bought."""
    if facts.status != "prospect":
        return None
    found = {name: find_table(folder, name) for name in PROSPECTS}
    tables = {name: table for name, table in found.items() if table is not None}
    named = clients.dropna(subset=["name"])
    names = dict(zip(named["client_id"].astype(str), named["name"].astype(str), strict=True))
    return prospect_of(tables, facts.client_id, names=names)


def _caution(folder: Path, currency: str | None) -> list[str]:
    """How far the model's word goes where it learnt from few clients; empty where it did not."""
    support = support_facts(read_run(folder))
    return ["", *support_sentences(support, currency)] if support else []


def _published(settings: Settings, day: dt.date, progress: Progress) -> Path:
    for run in list_runs(settings.output, portfolio=settings.plan.portfolio):
        if run.as_of == day:
            return run.folder
    return score(settings, as_of=day, progress=progress).folder


def _plain(value: Any) -> Any:
    """Values as JSON knows them: dates as ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
