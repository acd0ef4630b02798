"""The pages: each asks the desk for facts and shows them; nothing is worked out here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from segml.report.pages import MOST_ROWS, csv_lines, list_rows, path_facts, xlsx_bytes
from segml.service.asking import question_of
from segml.service.desk import Desk, Unseen
from segml.service.door import asks, door_of, form
from segml.service.facts import monday_of, profile_of, whole_of
from segml.service.frame import Keeping, language_of, show
from segml.service.listing import FROM_BELOW, Listing, listing_of
from segml.stores import SORTED_BY

router = APIRouter(include_in_schema=False)
Clients = Annotated[Desk, Depends(asks("clients"))]
Typed = Annotated[str, Form(max_length=40)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/")
def monday(request: Request, desk: Clients) -> Response:
    """What changed since the run before, and what to do first."""
    facts = monday_of(desk)
    features = desk.site.features
    return show(
        request,
        "monday",
        here="monday",
        kept_by=Keeping(desk),
        facts=facts,
        features=features,
        currency=facts.currency,
    )


@router.get("/portfolio")
def portfolio(request: Request, desk: Clients) -> Response:
    """Tiers, moves, concentration, attention, boundaries, prospects."""
    facts = whole_of(desk)
    return show(
        request,
        "portfolio",
        here="portfolio",
        kept_by=Keeping(desk),
        facts=facts,
        portfolio=facts.portfolio,
        features=desk.site.features,
        currency=facts.portfolio.currency,
    )


@router.get("/client")
def client(
    request: Request,
    desk: Clients,
    id: str = "",  # noqa: A002 - the address's word
) -> Response:
    """One client: where it stands and why."""
    profile = profile_of(desk, id)
    door_of(request).audit.note(desk.viewer, "client", run=desk.held.as_of, client_id=id)
    whole = desk.held.scores.run
    return show(
        request,
        "client",
        here="clients",
        profile=profile,
        facts=profile,
        path=path_facts(desk.path_of(id)),
        client_id=id,
        portfolio={
            "horizon_days": whole["churn_horizon_days"],
            "potential_days": whole["potential_horizon_days"],
        },
        features=desk.site.features,
        currency=profile.client.currency,
        is_lost=desk.is_lost(id),
        is_back=bool(desk.back_among([id])),
    )


@router.get("/what-if")
def what_if(
    request: Request,
    desk: Clients,
    id: str = "",  # noqa: A002 - the address's word
) -> Response:
    """The form of "what if" about one client."""
    return _what_if(request, desk, id, {})


@router.post("/what-if", dependencies=[Depends(form)])
def asked_what_if(  # noqa: PLR0917 - the form's fields
    request: Request,
    desk: Clients,
    id: str = "",  # noqa: A002 - the address's word
    margin: Typed = "",
    margin_rate: Typed = "",
    spend: Typed = "",
    frequency: Typed = "",
    breadth: Typed = "",
    care: Typed = "",
) -> Response:
    """In which tier a client would be with other figures, and at what risk."""
    typed = {"margin": margin, "margin_rate": margin_rate, "spend": spend}
    typed |= {"frequency": frequency, "breadth": breadth, "care": care}
    return _what_if(request, desk, id, typed)


def _what_if(request: Request, desk: Desk, client_id: str, typed: Mapping[str, str]) -> Response:
    question = question_of(desk, door_of(request).trained, client_id, typed, by_hand=True)
    refused = question.refused if question else ()
    door_of(request).audit.note(desk.viewer, "what-if", run=desk.held.as_of, client_id=client_id)
    return show(
        request,
        "what_if",
        here="clients",
        status=422 if refused else 200,
        client_id=client_id,
        called_so=desk.row(client_id)["called"],
        question=question.answer() if question else None,
        levers=question.facts.levers if question else (),
        refused=refused,
        typed=typed,
        portfolio={"horizon_days": desk.held.scores.run["churn_horizon_days"]},
        features=desk.site.features,
        currency=desk.currency,
    )


def _asked(request: Request, desk: Desk) -> Listing:
    word = request.query_params.get("word", "")
    typed = door_of(request).words.find(desk.viewer.name, word)
    if word and not typed:  # forgotten: all clients are not what was asked for
        raise Unseen
    return listing_of(request.query_params, typed)


@router.get("/clients")
def listed(request: Request, desk: Clients) -> Response:
    """The list of clients."""
    listing = _asked(request, desk)
    page = desk.page(listing.wanted)
    links = {
        "csv": listing.address("/clients.csv", page=1),
        "xlsx": listing.address("/clients.xlsx", page=1) if page.total <= MOST_ROWS else None,
        "sort": {column: listing.sorted_by(column) for column in SORTED_BY},
        **listing.turned(page.total),
    }
    return show(
        request,
        "clients",
        here="clients",
        # its links tell nobody else's word, and others come by the first part alone
        kept_by=None if listing.word or links["before"] else Keeping(desk, listing, ("rows",)),
        page=page,
        rows=(rows := list_rows(page.rows)),
        lost=desk.lost_among([row.client_id for row in rows]),
        wanted=listing.wanted,
        links=links,
        choices={
            "tiers": desk.choices("tier"),
            "managers": desk.choices("manager"),
            "regions": desk.choices("region"),
        },
        currency=desk.currency,
    )


@router.post("/clients", dependencies=[Depends(form)])
def narrowed(  # noqa: PLR0917 - the form's fields
    request: Request,
    desk: Clients,
    text: Annotated[str, Form(max_length=200)] = "",
    tier: Annotated[str, Form(max_length=200)] = "",
    status: Annotated[str, Form(max_length=20)] = "",
    manager: Annotated[str, Form(max_length=500)] = "",
    region: Annotated[str, Form(max_length=500)] = "",
    key: Annotated[str, Form(max_length=1)] = "",
    sort: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Narrow the list: what was typed is kept here, its word goes into the address."""
    typed = {"text": text, "manager": manager, "region": region}
    word = door_of(request).words.keep(desk.viewer.name, typed)
    order = "up" if sort in FROM_BELOW else ""
    codes = {"tier": tier, "status": status, "key": key, "sort": sort, "order": order, "word": word}
    told = "&".join(f"{name}={quote(value)}" for name, value in codes.items() if value)
    return RedirectResponse(f"/clients?{told}", status_code=303)


@router.get("/clients.csv")
def as_csv(request: Request, desk: Clients) -> Response:
    """The whole list as CSV."""
    wanted = _asked(request, desk).wanted
    _taken(request, desk)
    return StreamingResponse(
        csv_lines(desk.parts(wanted)),
        media_type="text/csv; charset=utf-8",
        headers=_named(desk, "csv"),
    )


@router.get("/clients.xlsx")
def as_xlsx(request: Request, desk: Clients) -> Response:
    """The whole list as a sheet, in the reader's language."""
    wanted = _asked(request, desk).wanted
    if _taken(request, desk) > MOST_ROWS:
        raise Unseen
    sheet = xlsx_bytes(
        desk.parts(wanted),
        language=language_of(request, door_of(request).site.language),
        churn_days=int(desk.held.scores.run["churn_horizon_days"]),
    )
    return Response(sheet, media_type=XLSX, headers=_named(desk, "xlsx"))


def _taken(request: Request, desk: Desk) -> int:
    """How many clients are taken along; that is noted."""
    total = desk.page(_asked(request, desk).wanted).total
    door_of(request).audit.note(desk.viewer, "export", run=desk.held.as_of, count=total)
    return total


def _named(desk: Desk, ending: str) -> dict[str, str]:
    name = f"clients-{desk.held.as_of.isoformat()}.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"'}
