"""The API: the same facts as the pages, as JSON, for the same readers.

Version 1. A field is only ever added; one that has to go takes a new version with it. Every answer
has an ETag that changes with the run: ask with `If-None-Match` and get 304 while nothing is new.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter

from segml.report import LostClient
from segml.report.pages import (
    MondayFacts,
    PathFacts,
    ProfileFacts,
    WhatIfFacts,
    path_facts,
    plain,
)
from segml.service.asking import Question, question_of
from segml.service.desk import Desk
from segml.service.door import asks, door_of
from segml.service.facts import loss_of, losses_of, monday_of, profile_of
from segml.service.told import (
    ClientRow,
    ClientsTold,
    LossesTold,
    Refused,
    RunTold,
    losses_told,
)
from segml.stores import Wanted

PREFIX = "/api/v1"
MOST = 1_000
"""Rows of an answer at most."""
Sort = Literal["name", "tier", "risk", "stake", "profit", "sales", "expected", "cost"]
Offset = Annotated[int, Query(ge=0, le=100_000_000)]
Lever = Annotated[float | None, Query(allow_inf_nan=False)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Mark = Annotated[str | None, Query(max_length=1_000)]


REFUSALS = {
    "401": "nobody is signed in",
    "403": "no such right",
    "404": "no such client among those you see",
    "409": "other runs than those of `mark` are told by now: begin the list again",
    "422": "a parameter has a value that it cannot have",
    "503": "a file that is needed is not as segml wrote it; `error` begins with the refusal's type",
}


def _once(request: Request) -> None:
    """Refuse a parameter that is given twice: nobody could tell which of them was meant."""
    given = [name for name, _value in request.query_params.multi_items()]
    doubled = [name for name in given if given.count(name) > 1]
    if doubled:
        raise RequestValidationError([f"`{doubled[0]}` is given {given.count(doubled[0])} times"])


router = APIRouter(prefix=PREFIX, dependencies=[Depends(_once)])
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
    mark: Mark = None,
) -> Response:
    """The clients that you see, narrowed and sorted; with a `mark`, of its runs or not at all."""
    if mark not in (None, desk.mark):
        return _begin_again()
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
        as_of=desk.held.as_of,
        mark=desk.mark,
        total=page.total,
        offset=offset,
        profit_365=page.profit,
        stake=page.stake,
        rows=[ClientRow(**{n: row[n] for n in names}) for row in page.rows],
    )
    return _answer(request, desk, told)


@router.get("/client", response_model=ProfileFacts)
def client(request: Request, id: str, desk: Clients) -> Response:  # noqa: A002 - the address's word
    """All that is known of one client: scores, exact reasons, profit, roles, what it needs."""
    profile = profile_of(desk, id)
    door_of(request).audit.note(desk.viewer, "api:client", run=desk.held.as_of, client_id=id)
    return _answer(request, desk, profile)


@router.get("/path", response_model=PathFacts)
def path(request: Request, id: str, desk: Clients) -> Response:  # noqa: A002 - the address's word
    """One client's tier, risk and profit at each of the newest runs, the oldest first."""
    found = path_facts(desk.path_of(id))
    door_of(request).audit.note(desk.viewer, "api:path", run=desk.held.as_of, client_id=id)
    return _answer(request, desk, found, more=desk.held.timeline.mark)


@router.get("/what-if", response_model=WhatIfFacts | None)
def what_if(  # noqa: PLR0917 - the address's parameters
    request: Request,
    id: str,  # noqa: A002 - the address's word
    desk: Clients,
    margin: Lever = None,
    margin_rate: Lever = None,
    spend: Lever = None,
    frequency: Lever = None,
    breadth: Lever = None,
    care: Lever = None,
) -> Response:
    """A client's tier and risk with other figures, each in its feature's unit, a share as 0 to 1.

    `after` is null where nothing is asked; all of it is null of a client that is not active, and
    where the version that scored the run is no longer there.
    """
    given = {"margin": margin, "margin_rate": margin_rate, "spend": spend}
    given |= {"frequency": frequency, "breadth": breadth, "care": care}
    typed = {name: repr(value) for name, value in given.items() if value is not None}
    question = question_of(desk, door_of(request).trained, id, typed, by_hand=False)
    door_of(request).audit.note(desk.viewer, "api:what-if", run=desk.held.as_of, client_id=id)
    if question is None:
        return _answer(request, desk, None)
    unread = {*typed} - {each.lever for each in question.facts.levers}
    if unread or question.refused:
        return _refused_values(question, sorted(unread))
    return _answer(request, desk, question.answer())


@router.get("/losses", response_model=LossesTold | None)
def losses(
    request: Request, desk: Clients, offset: Offset = 0, limit: Limit = 100, mark: Mark = None
) -> Response:
    """The key clients that were lost; null where no analysis was published."""
    if mark not in (None, desk.mark):
        return _begin_again()
    facts = losses_of(desk, slice(offset, offset + limit))
    if facts is None:
        return _answer(request, desk, None)
    door_of(request).audit.note(
        desk.viewer, "api:losses", run=desk.held.as_of, count=len(facts.lost)
    )
    return _answer(request, desk, losses_told(facts, offset, desk.mark))


@router.get("/dossier", response_model=LostClient)
def dossier(request: Request, id: str, desk: Clients) -> Response:  # noqa: A002 - the address's word
    """Why one key client was lost, what it cost, on what evidence."""
    facts = loss_of(desk, id)
    door_of(request).audit.note(desk.viewer, "api:dossier", run=desk.held.as_of, client_id=id)
    return _answer(request, desk, facts.lost[0])


@router.get("/monday", response_model=MondayFacts)
def monday(request: Request, desk: Clients) -> Response:
    """What changed since the run before, and three things to do."""
    facts = monday_of(desk)
    door_of(request).audit.note(
        desk.viewer, "api:monday", run=desk.held.as_of, count=len(facts.tasks)
    )
    return _answer(request, desk, facts)


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API, with what all its addresses ask and may answer."""
    told = get_openapi(title=app.title, version=app.version, routes=app.routes)
    parts = told.setdefault("components", {})
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    parts["schemas"] = {
        name: schema
        for name, schema in parts.get("schemas", {}).items()
        if name not in ("HTTPValidationError", "ValidationError")  # our refusals say other things
    } | {"Refused": TypeAdapter(Refused).json_schema()}
    told["security"] = [{"token": []}]
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    for path in told["paths"].values():
        for operation in path.values():
            operation["responses"] |= {"304": {"description": "nothing is new"}} | {
                code: {"description": text, "content": refused} for code, text in REFUSALS.items()
            }
    return told


def _begin_again() -> Response:
    """The parts before were of other runs: together with these they would be no list."""
    error = "found: other runs are told by now; allowed: their mark, or none; next: begin again"
    return JSONResponse({"error": error, "number": None}, status_code=409)


def _refused_values(question: Question, unread: list[str]) -> Response:
    """What was found, what is allowed, what to do next, of every value that cannot be asked."""
    read = ", ".join(each.lever for each in question.facts.levers)
    told = [f"`{name}`: the tiers do not read it; allowed: {read}" for name in unread]
    for each in question.refused:
        lever = each.lever
        kind = "a whole number " if each.fault == "whole" else ""
        told.append(
            f"`{lever.lever}`: found {each.typed}; allowed: {kind}from {lever.low} to {lever.high}"
        )
    error = "; ".join(told) + "; next: pass allowed values, or leave them out"
    return JSONResponse({"error": error, "number": None}, status_code=422)


def _answer(request: Request, desk: Desk, told: object, *, more: str = "") -> Response:
    """The facts as JSON, or 304 where the asker has them already.

    `more` changes with what the facts rest on besides the runs that are held.
    """
    asked = f"{request.url.path}?{request.url.query}\n{more}"
    tag = f'"{desk.mark}.{hashlib.sha256(asked.encode()).hexdigest()[:12]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return JSONResponse(plain(told), headers=headers)
