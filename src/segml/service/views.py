"""The pages: each asks the desk for facts and shows them; nothing is worked out here."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from segml.report.pages import MOST_ROWS, csv_lines, list_rows, xlsx_bytes
from segml.service.audit import Audit
from segml.service.desk import Desk, Unseen
from segml.service.door import Door
from segml.service.frame import show
from segml.service.listing import ROWS, Listing, Words, everything, listing_of
from segml.stores import SORTED_BY

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def client_pages(door: Door, audit: Audit) -> APIRouter:
    """The pages about clients.

    Parameters
    ----------
    door
        Lets readers in.
    audit
        Where dossiers seen and lists taken along are noted.
    """
    router = APIRouter(include_in_schema=False)
    needs = Depends(door.asks("clients"))

    @router.get("/")
    def monday(request: Request, desk: Desk = needs) -> Response:
        facts = desk.monday()
        features = desk.site.features
        return show(
            door,
            request,
            "monday",
            here="monday",
            facts=facts,
            features=features,
            currency=facts.currency,
        )

    @router.get("/portfolio")
    def portfolio(request: Request, desk: Desk = needs) -> Response:
        facts = desk.whole()
        return show(
            door,
            request,
            "portfolio",
            here="portfolio",
            facts=facts,
            portfolio=facts.portfolio,
            features=desk.site.features,
            currency=facts.portfolio.currency,
        )

    @router.get("/client")
    def client(
        request: Request,
        desk: Desk = needs,
        id: str = "",  # noqa: A002 - the address's word
    ) -> Response:
        profile = desk.profile(id)
        audit.note(desk.viewer, "client", run=desk.held.as_of, client_id=id)
        whole = desk.held.scores.run
        return show(
            door,
            request,
            "client",
            here="clients",
            profile=profile,
            facts=profile,
            portfolio={
                "horizon_days": whole["churn_horizon_days"],
                "potential_days": whole["potential_horizon_days"],
            },
            features=desk.site.features,
            currency=profile.client.currency,
            is_lost=desk.is_lost(id),
        )

    @router.get("/losses")
    def losses(request: Request, desk: Desk = needs, page: int = 1) -> Response:
        first = (min(max(page, 1), 10_000) - 1) * ROWS
        facts = desk.losses(slice(first, first + ROWS))
        count = 0 if facts is None else facts.count
        links = {
            "first": first + 1,
            "last": min(first + ROWS, count),
            "before": f"/losses?page={first // ROWS}" if first else None,
            "after": f"/losses?page={first // ROWS + 2}" if first + ROWS < count else None,
        }
        return show(
            door,
            request,
            "losses",
            here="losses",
            losses=facts,
            demoted=facts.demoted[:ROWS] if facts else (),
            events_shown=facts.events.told[:ROWS] if facts and facts.events else (),
            links=links,
            sees_all=desk.sees_all,
            features=desk.site.features,
            currency=desk.currency,
        )

    @router.get("/dossier")
    def dossier(
        request: Request,
        desk: Desk = needs,
        id: str = "",  # noqa: A002 - the address's word
    ) -> Response:
        facts = desk.loss(id)
        audit.note(desk.viewer, "dossier", run=desk.held.as_of, client_id=id)
        return show(
            door,
            request,
            "dossier",
            here="losses",
            losses=facts,
            lost=facts.lost[0],
            winback=facts.winback[0] if facts.winback else None,
            features=desk.site.features,
            currency=desk.currency,
        )

    router.include_router(_lists(door, audit))
    return router


def _lists(door: Door, audit: Audit) -> APIRouter:
    """The list of clients: shown, narrowed, taken along."""
    router = APIRouter(include_in_schema=False)
    needs, words = Depends(door.asks("clients")), Words()

    def asked(request: Request, desk: Desk) -> Listing:
        typed = words.find(desk.viewer.name, request.query_params.get("word", ""))
        return listing_of(request.query_params, typed)

    @router.get("/clients")
    def listed(request: Request, desk: Desk = needs) -> Response:
        listing = asked(request, desk)
        page = desk.page(listing.wanted)
        links = {
            "csv": listing.address("/clients.csv", page=1),
            "xlsx": listing.address("/clients.xlsx", page=1) if page.total <= MOST_ROWS else None,
            "sort": {column: listing.sorted_by(column) for column in SORTED_BY},
            **listing.turned(page.total),
        }
        return show(
            door,
            request,
            "clients",
            here="clients",
            page=page,
            rows=list_rows(page.rows),
            wanted=listing.wanted,
            links=links,
            choices={
                "tiers": desk.choices("tier"),
                "managers": desk.choices("manager"),
                "regions": desk.choices("region"),
            },
            currency=desk.currency,
        )

    @router.post("/clients", dependencies=[Depends(door.form)])
    def narrowed(  # noqa: PLR0917 - the form's fields
        desk: Desk = needs,
        text: Annotated[str, Form(max_length=200)] = "",
        tier: Annotated[str, Form(max_length=200)] = "",
        status: Annotated[str, Form(max_length=20)] = "",
        manager: Annotated[str, Form(max_length=500)] = "",
        region: Annotated[str, Form(max_length=500)] = "",
        key: Annotated[str, Form(max_length=1)] = "",
    ) -> Response:
        typed = {"text": text, "manager": manager, "region": region}
        word = words.keep(desk.viewer.name, typed)
        codes = {"tier": tier, "status": status, "key": key, "word": word}
        told = "&".join(f"{name}={quote(value)}" for name, value in codes.items() if value)
        return RedirectResponse(f"/clients?{told}", status_code=303)

    @router.get("/clients.csv")
    def as_csv(request: Request, desk: Desk = needs) -> Response:
        found = desk.page(everything(asked(request, desk)))
        audit.note(desk.viewer, "export", run=desk.held.as_of, count=found.total)
        return StreamingResponse(
            csv_lines(found.rows), media_type="text/csv; charset=utf-8", headers=_named(desk, "csv")
        )

    @router.get("/clients.xlsx")
    def as_xlsx(request: Request, desk: Desk = needs) -> Response:
        found = desk.page(everything(asked(request, desk)))
        if found.total > MOST_ROWS:
            raise Unseen
        audit.note(desk.viewer, "export", run=desk.held.as_of, count=found.total)
        return Response(xlsx_bytes(found.rows), media_type=XLSX, headers=_named(desk, "xlsx"))

    return router


def _named(desk: Desk, ending: str) -> dict[str, str]:
    name = f"clients-{desk.held.as_of.isoformat()}.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"'}
