"""The facts of a loss analysis: all losses together, and one dossier a lost key client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.ahead import NextFacts, WinBackClient, next_facts, winback_facts
from segml.report.dossier import LostClient, lost_client
from segml.report.events import EventFacts, event_facts
from segml.report.records import records
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
    with the greatest fall of value first. `events` is None where there were none; `ahead` is None,
    and `winback` empty, where the analysis is of a version that did not look ahead.
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

    @property
    def unknown_share(self) -> float | None:
        """The share of the lost profit that no reason explains; None where nothing was lost."""
        unknown = dict(self.money_by_reason).get("unknown", 0.0)
        return unknown / self.profit_lost if self.profit_lost > 0 else None


def loss_facts(
    run: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
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
    losses, reasons = tables["losses"], tables["loss_reasons"]
    ranked = losses.sort_values(["profit_lost", "client_id"], ascending=[False, True])
    money = reasons.groupby("reason")["money"].sum()
    ordered = sorted(money.items(), key=lambda item: (item[0] == "unknown", -item[1], item[0]))
    end = dt.date.fromisoformat(str(run["to"]))
    return LossFacts(
        start=dt.date.fromisoformat(str(run["from"])),
        end=end,
        key_clients=int(run["key_clients"]),
        lost_before=int(run["lost_before"]),
        count=len(losses),
        lost=tuple(
            lost_client(row, tables, names, kinds, end=end) for row in records(ranked.iloc[part])
        ),
        profit_lost=float(losses["profit_lost"].sum()),
        referral_profit_lost=float(losses["referral_profit_lost"].sum()),
        money_by_reason=tuple((str(reason), float(value)) for reason, value in ordered if value),
        by_kind={str(k): int(v) for k, v in losses["kind"].value_counts().items()},
        demoted=_demoted(tables["demoted"], names),
        version=str(run["model_version"]),
        ahead=next_facts(run, tables, names=names),
        winback=winback_facts(tables.get("winback"), names=names),
        together=together_facts(run, tables),
        events=event_facts(tables),
    )


def _demoted(frame: pd.DataFrame, names: Mapping[str, str]) -> tuple[DemotedClient, ...]:
    fall = (frame["value_before"] - frame["value_after"]).fillna(0.0)
    ranked = frame.assign(fall=fall).sort_values(["fall", "client_id"], ascending=[False, True])
    return tuple(
        DemotedClient(
            **{name: row[name] for name in DemotedClient.__slots__ if name != "name"},
            name=names.get(row["client_id"], row["client_id"]),
        )
        for row in records(ranked)
    )
