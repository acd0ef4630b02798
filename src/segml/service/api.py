"""The API: the same facts as the pages, as JSON, for the same readers.

Version 1. A field is only ever added; one that has to go takes a new version with it. Every answer
has an ETag that changes with the run: ask with `If-None-Match` and get 304 while nothing is new.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

from segml.report import LossFacts
from segml.report.pages import plain
from segml.service.desk import Desk
from segml.service.door import asks, door_of
from segml.service.facts import loss_of, losses_of, monday_of, profile_of
from segml.stores import Wanted

PREFIX = "/api/v1"
MOST = 1_000
"""Rows of an answer at most."""
Sort = Literal["name", "tier", "risk", "stake", "profit", "sales", "expected", "cost"]
Offset = Annotated[int, Query(ge=0, le=100_000_000)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


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
    """A part of a list: `total` rows in all, this part from `offset` on."""

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
    """A part of all losses, the dearest first, and the money of all of them by reason."""

    start: dt.date
    end: dt.date
    total: int
    offset: int
    profit_lost: float
    money_by_reason: dict[str, float]
    rows: list[LossRow]


router = APIRouter(prefix=PREFIX)
Clients = Annotated[Desk, Depends(asks("clients"))]


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, desk: Clients) -> dict[str, Any]:
    """The description of the API (OpenAPI)."""
    del desk  # the right was asked for
    return openapi(request.app)


@router.get("/run", response_model=RunTold)
def run(request: Request, desk: Clients) -> Response:
    """Which runs are told of."""
    start, end = desk.losses_span or (None, None)
    held = desk.held
    told = RunTold(
        portfolio=desk.site.portfolio,
        as_of=held.as_of,
        model_version=str(held.scores.run["model_version"]),
        currency=desk.currency,
        clients=desk.page(Wanted(limit=1)).total,
        former=held.former_as_of,
        losses_from=start,
        losses_to=end,
    )
    return _answer(request, desk, told)


@router.get("/clients", response_model=ClientsTold)
def listed(  # noqa: PLR0917 - the address's parameters
    request: Request,
    desk: Clients,
    tier: str | None = None,
    status: Literal["active", "lapsed", "prospect"] | None = None,
    key: bool = False,  # noqa: FBT001, FBT002 - a parameter of the address
    sort: Sort = "stake",
    order: Literal["up", "down"] = "down",
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """The clients that you see, narrowed and sorted."""
    wanted = Wanted(
        tier=tier,
        status=status,
        only_key=key,
        sort=sort,
        descending=order == "down",
        offset=offset,
        limit=limit,
    )
    page = desk.page(wanted)
    door_of(request).audit.note(
        desk.viewer, "api:clients", run=desk.held.as_of, count=len(page.rows)
    )
    names = [field.name for field in dataclasses.fields(ClientRow)]
    told = ClientsTold(
        total=page.total,
        offset=offset,
        profit_365=page.profit,
        stake=page.stake,
        rows=[ClientRow(**{n: row[n] for n in names}) for row in page.rows],
    )
    return _answer(request, desk, told)


@router.get("/client")
def client(request: Request, id: str, desk: Clients) -> Response:  # noqa: A002 - the address's word
    """All that is known of one client: scores, exact reasons, profit, roles, what it needs."""
    profile = profile_of(desk, id)
    door_of(request).audit.note(desk.viewer, "api:client", run=desk.held.as_of, client_id=id)
    return _answer(request, desk, profile)


@router.get("/losses", response_model=LossesTold | None)
def losses(request: Request, desk: Clients, offset: Offset = 0, limit: Limit = 100) -> Response:
    """The key clients that were lost; null where no analysis was published."""
    facts = losses_of(desk, slice(offset, offset + limit))
    if facts is None:
        return _answer(request, desk, None)
    door_of(request).audit.note(
        desk.viewer, "api:losses", run=desk.held.as_of, count=len(facts.lost)
    )
    return _answer(request, desk, _losses(facts, offset))


@router.get("/dossier")
def dossier(request: Request, id: str, desk: Clients) -> Response:  # noqa: A002 - the address's word
    """Why one key client was lost, what it cost, on what evidence."""
    facts = loss_of(desk, id)
    door_of(request).audit.note(desk.viewer, "api:dossier", run=desk.held.as_of, client_id=id)
    return _answer(request, desk, facts.lost[0])


@router.get("/monday")
def monday(request: Request, desk: Clients) -> Response:
    """What changed since the run before, and three things to do."""
    return _answer(request, desk, monday_of(desk))


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API, with what all its addresses ask and may answer."""
    told = get_openapi(title=app.title, version=app.version, routes=app.routes)
    told.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"}
    }
    told["security"] = [{"token": []}]
    refusals = {
        "304": "nothing is new",
        "401": "nobody is signed in",
        "403": "no such right",
        "404": "no such client among those you see",
    }
    for path in told["paths"].values():
        for operation in path.values():
            operation["responses"] |= {c: {"description": text} for c, text in refusals.items()}
    return told


def _losses(facts: LossFacts, offset: int) -> LossesTold:
    names = [field.name for field in dataclasses.fields(LossRow) if field.name != "reasons"]
    return LossesTold(
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


def _answer(request: Request, desk: Desk, told: object) -> Response:
    """The facts as JSON, or 304 where the asker has them already."""
    asked = f"{request.url.path}?{request.url.query}"
    tag = f'"{desk.mark}.{hashlib.sha256(asked.encode()).hexdigest()[:12]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return JSONResponse(plain(told), headers=headers)
