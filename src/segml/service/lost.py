"""The pages about lost key clients: all of them, and the dossier of each, shown or as PDF."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from segml.service.desk import Desk, Unseen
from segml.service.door import asks, door_of
from segml.service.facts import loss_of, losses_of
from segml.service.frame import Keeping, show
from segml.service.listing import ROWS

router = APIRouter(include_in_schema=False)
Clients = Annotated[Desk, Depends(asks("clients"))]


@router.get("/losses")
def losses(request: Request, desk: Clients, page: int = 1) -> Response:
    """All losses together, and each in a list."""
    first = (min(max(page, 1), 10_000) - 1) * ROWS
    facts = losses_of(desk, slice(first, first + ROWS))
    count = 0 if facts is None else facts.count
    links = {
        "first": first + 1,
        "last": min(first + ROWS, count),
        "before": f"/losses?page={first // ROWS}" if first else None,
        "after": f"/losses?page={first // ROWS + 2}" if first + ROWS < count else None,
    }
    return show(
        request,
        "losses",
        here="losses",
        kept_by=Keeping(desk, first),
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
    desk: Clients,
    id: str = "",  # noqa: A002 - the address's word
) -> Response:
    """Why one key client was lost, what it cost, on what evidence."""
    return _dossier(request, desk, id, what="dossier")


@router.get("/dossier.pdf")
async def printed_dossier(
    request: Request,
    desk: Clients,
    id: str = "",  # noqa: A002 - the address's word
) -> Response:
    """The same as PDF; where nothing can be printed there is no such page."""
    printer = door_of(request).printer
    if not printer.is_there:
        raise Unseen(id)
    shown = partial(_dossier, what="dossier.pdf", is_printed=True)
    page = await run_in_threadpool(shown, request, desk, id)
    pdf = await printer.pdf(bytes(page.body))
    name = f"dossier-{desk.held.as_of.isoformat()}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _dossier(
    request: Request, desk: Desk, client_id: str, *, what: str, is_printed: bool = False
) -> Response:
    facts = loss_of(desk, client_id)
    door_of(request).audit.note(desk.viewer, what, run=desk.held.as_of, client_id=client_id)
    return show(
        request,
        "dossier",
        here="losses",
        losses=facts,
        lost=facts.lost[0],
        winback=facts.winback[0] if facts.winback else None,
        features=desk.site.features,
        currency=desk.currency,
        has_pdf=door_of(request).printer.is_there,
        printed=is_printed,
        linked=not is_printed,
    )
