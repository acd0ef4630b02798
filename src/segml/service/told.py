"""What the API answers with, by address; a field is only ever added."""

from __future__ import annotations

import dataclasses
import datetime as dt

from segml.report import LossFacts


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refused:
    """Why nothing is told; a fault of ours has a number, under which the log says where."""

    error: str
    number: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunTold:
    """The runs that are told of; `former` is the date of the one before."""

    portfolio: str
    as_of: dt.date
    model_version: str
    currency: str | None
    clients: int
    former: dt.date | None
    losses_from: dt.date | None
    losses_to: dt.date | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClientRow:
    """A client in a list; money of 365 days, `stake` is the risk times the profit."""

    client_id: str
    name: str | None
    status: str
    tier: str
    tier_rank: int
    is_key: bool
    roles: str
    p_churn: float | None
    p_churn_low: float | None
    p_churn_high: float | None
    stake: float
    profit_365: float
    revenue_365: float
    cost_to_serve_365: float
    expected_profit: float | None
    value_365: float
    manager: str | None
    region: str | None
    industry: str | None
    action: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClientsTold:
    """A part of a list: `total` rows in all, this part from `offset` on, of the run of a day.

    Parts with the same `mark` are of the same runs: pass it along, and be refused (409) once others
    were published.
    """

    as_of: dt.date
    mark: str
    total: int
    offset: int
    profit_365: float
    stake: float
    rows: list[ClientRow]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LossRow:
    """A lost key client in a list; `reasons` are codes with shares, the greatest first."""

    client_id: str
    name: str
    tier_before: str
    kind: str
    certainty: str
    onset: dt.date | None
    lost_on: dt.date | None
    first_signal: dt.date | None
    profit_lost: float
    referral_profit_lost: float
    reasons: list[tuple[str, float]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LossesTold:
    """A part of all losses, the dearest first, and the money of all of them by reason.

    `mark` as of `ClientsTold`.
    """

    mark: str
    start: dt.date
    end: dt.date
    total: int
    offset: int
    profit_lost: float
    money_by_reason: dict[str, float]
    rows: list[LossRow]


def losses_told(facts: LossFacts, offset: int, mark: str) -> LossesTold:
    """A part of the losses of the runs of a mark as it is told, `offset` of them before it."""
    names = [field.name for field in dataclasses.fields(LossRow) if field.name != "reasons"]
    return LossesTold(
        mark=mark,
        start=facts.start,
        end=facts.end,
        total=facts.count,
        offset=offset,
        profit_lost=facts.profit_lost,
        money_by_reason=dict(facts.money_by_reason),
        rows=[
            LossRow(**{n: getattr(each, n) for n in names}, reasons=list(each.reasons))
            for each in facts.lost
        ],
    )
