"""The facts of a loss analysis: all losses together, and one dossier a lost key client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.ahead import NextFacts, WinBackClient, next_facts, winback_facts
from segml.report.at_once import AtOnceFacts, at_once_facts
from segml.report.dossier import TOLD_OF, LostClient, lost_client
from segml.report.events import EventFacts, event_facts
from segml.report.going_on import GoingOnFacts, going_on_facts
from segml.report.records import records
from segml.report.table import Table, Tables, as_table, by_client, frame_of
from segml.report.together import TABLES as TOGETHER
from segml.report.together import TogetherFacts, together_facts

EVERYONE = slice(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemotedClient:
    """A key client that fell out of the key tiers without being lost; money is value a year."""

    client_id: str
    name: str
    tier_before: str
    tier_after: str
    value_before: float | None
    value_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFacts:
    """All losses between two dates.

    `money_by_reason` adds up to `profit_lost`, greatest first and `unknown` last; `count` are all
    that were lost, `lost` those that are told one by one, the dearest loss first; `demoted` stands
    with the greatest fall of value first. `churn_days` are those of the risk of no purchase, where
    they are told; `at_once` are losses recorded on one day, `going_on` those that may be none.
    `won_and_lost` counts those that became key clients after `start` and were lost by `end`,
    `lapsed` those that are active no more though no rule calls them lost: none of either is among
    `count`. `events` is None where there were none; `ahead` is None, and `winback` empty, where the
    analysis is of a version that did not look ahead. `probable` are those among `count` whose loss
    is probable and not certain, and what they cost.
    """

    start: dt.date
    end: dt.date
    key_clients: int
    lost_before: int
    count: int
    lost: tuple[LostClient, ...]
    profit_lost: float
    referral_profit_lost: float
    money_by_reason: tuple[tuple[str, float], ...]
    by_kind: Mapping[str, int]
    demoted: tuple[DemotedClient, ...]
    version: str
    ahead: NextFacts | None = None
    winback: tuple[WinBackClient, ...] = ()
    together: TogetherFacts | None = None
    events: EventFacts | None = None
    churn_days: int | None = None
    at_once: AtOnceFacts | None = None
    going_on: GoingOnFacts | None = None
    won_and_lost: int = 0
    won_and_lost_profit: float = 0.0
    lapsed: int = 0
    lapsed_profit: float = 0.0
    probable: int = 0
    probable_profit_lost: float = 0.0

    @property
    def unknown_share(self) -> float | None:
        """The share of the lost profit that no reason explains; None where nothing was lost."""
        unknown = dict(self.money_by_reason).get("unknown", 0.0)
        return unknown / self.profit_lost if self.profit_lost > 0 else None


def loss_facts(
    run: Mapping[str, Any],
    tables: Tables,
    *,
    names: Mapping[str, str],
    kinds: Mapping[str, str],
    part: slice = EVERYONE,
) -> LossFacts:
    """The facts of one published loss analysis.

    Parameters
    ----------
    run
        Its run.json.
    tables
        `losses`, `loss_reasons`, `evidence`, `course`, `path`, `demoted`; those of
        `together.TABLES` and `ahead.TABLES`, `event_impact` and `company_events` where they were
        published.
    names
        Client id to name.
    kinds
        Feature to driver, symptom or context.
    part
        Which of the losses, the dearest first, are told one by one.
    """
    losses = as_table(tables["losses"])
    late, lapsed = (run.get(name) or {} for name in ("won_and_lost", "lapsed"))
    money = as_table(tables["loss_reasons"]).groups(("reason",), ("money",))
    ordered = sorted(
        money, key=lambda row: (row["reason"] == "unknown", -row["money"], row["reason"])
    )
    kinds_found = sorted(losses.groups(("kind",), ()), key=lambda row: -row["count"])
    sums = losses.sums(("profit_lost", "referral_profit_lost"))
    sure = {row["certainty"]: row for row in losses.groups(("certainty",), ("profit_lost",))}
    unsure = sure.get("probable", {"count": 0, "profit_lost": 0.0})
    return LossFacts(
        start=dt.date.fromisoformat(str(run["from"])),
        end=dt.date.fromisoformat(str(run["to"])),
        key_clients=int(run["key_clients"]),
        lost_before=int(run["lost_before"]),
        count=losses.count(),
        lost=told_losses(run, tables, dearest(tables, part), names=names, kinds=kinds),
        profit_lost=sums["profit_lost"],
        referral_profit_lost=sums["referral_profit_lost"],
        money_by_reason=tuple((row["reason"], row["money"]) for row in ordered if row["money"]),
        by_kind={row["kind"]: row["count"] for row in kinds_found},
        demoted=_demoted(as_table(tables["demoted"]), names),
        version=str(run["model_version"]),
        churn_days=run.get("churn_horizon_days"),
        won_and_lost=int(late.get("clients", 0)),
        won_and_lost_profit=float(late.get("profit", 0.0)),
        lapsed=int(lapsed.get("clients", 0)),
        lapsed_profit=float(lapsed.get("profit", 0.0)),
        probable=unsure["count"],
        probable_profit_lost=unsure["profit_lost"],
        ahead=next_facts(run, tables, names=names),
        winback=winback_facts(tables.get("winback"), names=names),
        together=together_facts(run, _frames(tables, TOGETHER)),
        at_once=at_once_facts(losses),
        going_on=going_on_facts(losses, as_table(tables["successors"]))
        if "successors" in tables
        else None,
        events=event_facts(_frames(tables, ("event_impact", "company_events"))),
    )


def dearest(tables: Tables, part: slice) -> list[str]:
    """The ids of a part of those that were lost, the dearest first."""
    losses = as_table(tables["losses"])
    ranked = losses.rows(order=_DEAREST, most=part.stop, columns=("client_id",))
    return [row["client_id"] for row in ranked[part]]


def told_losses(
    run: Mapping[str, Any],
    tables: Tables,
    client_ids: Sequence[str],
    *,
    names: Mapping[str, str],
    kinds: Mapping[str, str],
) -> tuple[LostClient, ...]:
    """The facts of some lost clients, one by one, the dearest loss first.

    Parameters
    ----------
    run, tables, names, kinds
        As for `loss_facts`.
    client_ids
        Whose; those that were not lost are left out.
    """
    where = ("client_id", "in", list(client_ids))
    rows = as_table(tables["losses"]).rows(where, order=_DEAREST)
    own = {name: by_client(as_table(tables[name]), client_ids) for name in TOLD_OF}
    events = {name: records(each) for name, each in _frames(tables, ("loss_events",)).items()}
    if "successors" in tables:
        own["successors"] = by_client(as_table(tables["successors"]), client_ids)
    end = dt.date.fromisoformat(str(run["to"]))
    found = []
    for row in rows:
        mine = {name: every[row["client_id"]] for name, every in own.items()}
        found.append(lost_client(row, {**events, **mine}, names, kinds, end=end))
    return tuple(found)


_DEAREST = (("profit_lost", True), ("client_id", False))


def _frames(tables: Tables, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables of these names that were published, read whole."""
    found = {name: frame_of(tables, name) for name in names}
    return {name: frame for name, frame in found.items() if frame is not None}


def _demoted(table: Table, names: Mapping[str, str]) -> tuple[DemotedClient, ...]:
    plain = [name for name in DemotedClient.__slots__ if name != "name"]
    frame = table.frame(plain)
    fall = (frame["value_before"] - frame["value_after"]).fillna(0.0)
    ranked = frame.assign(fall=fall).sort_values(["fall", "client_id"], ascending=[False, True])
    return tuple(
        DemotedClient(
            **{name: row[name] for name in plain},
            name=names.get(row["client_id"], row["client_id"]),
        )
        for row in records(ranked)
    )
