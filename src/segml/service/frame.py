"""What stands around every page: who reads, in which language, where else they may go."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from segml.report import LANGUAGES
from segml.report.pages import Kept, Shell, page
from segml.service.access import Right, Viewer
from segml.service.desk import Desk
from segml.service.door import LANGUAGE, Door, door_of

NAMES = MappingProxyType({"en": "English", "ru": "Русский", "zh": "中文"})
ROOMS: MappingProxyType[str, tuple[str, Right]] = MappingProxyType(
    {
        "monday": ("/", "clients"),
        "portfolio": ("/portfolio", "clients"),
        "clients": ("/clients", "clients"),
        "losses": ("/losses", "clients"),
        "models": ("/models", "models"),
        "accounts": ("/accounts", "accounts"),
    }
)
"""Each page's address, and the right it takes."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Parts of a page that depend on the runs, on what may be seen and on `of` alone.

    Parameters
    ----------
    desk
        Of whoever reads.
    of
        What else they depend on, as the address says it.
    parts
        Their names in the template.
    """

    desk: Desk
    of: Hashable = ""
    parts: tuple[str, ...] = ("lead", "content")


def language_of(request: Request, site_language: str) -> str:
    """The language of a reader: as chosen, else as its browser prefers, else the site's."""
    chosen = request.query_params.get("lang", request.cookies.get(LANGUAGE, ""))
    if chosen in LANGUAGES:
        return chosen
    for each in request.headers.get("accept-language", "").split(","):
        code = each.split(";")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return site_language


def show(
    request: Request,
    name: str,
    *,
    here: str = "",
    status: int = 200,
    kept_by: Keeping | None = None,
    **values: object,
) -> HTMLResponse:
    """A page as an answer.

    Parameters
    ----------
    request
        What was asked.
    name
        The page's template.
    here
        Which of `ROOMS` it is of.
    status
        The answer's status.
    kept_by
        Which parts of the page are kept for whoever sees the same clients; None: none of them.
    values
        What the template needs.
    """
    door = door_of(request)
    viewer = door.viewer(request)
    language = language_of(request, door.site.language)
    shell = _shell(door, request, viewer, here)
    kept = None if kept_by is None else _kept(door, kept_by, (name, language))
    told_of = {"status": status, **values}
    told = page(name, language=language, shell=shell, kept=kept, **told_of)
    answer = HTMLResponse(told, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(LANGUAGE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return answer


def _kept(door: Door, keeping: Keeping, which: Hashable) -> Kept:
    def kept(part: str, work: Callable[[], str]) -> str:
        if part not in keeping.parts:
            return work()
        return door.parts.recall((keeping.desk.mark, which, keeping.of, part), work)

    return kept


def _shell(door: Door, request: Request, viewer: Viewer | None, here: str) -> Shell:
    held = getattr(request.state, "held", door.newest.held)
    name = None if viewer is None else viewer.name
    rooms = {
        room: address
        for room, (address, right) in ROOMS.items()
        if viewer is not None and viewer.may(right) and (right != "accounts" or name)
    }
    return Shell(
        portfolio=door.site.portfolio,
        as_of=None if viewer is None else held.as_of,
        version=None if viewer is None else str(held.scores.run["model_version"]),
        rooms=rooms,
        here=here,
        languages=tuple((code, NAMES[code], _in(request, code)) for code in LANGUAGES),
        viewer=name,
        role="" if viewer is None else viewer.role,
        token=door.signer.form(request.state.visit, name),
        sees_api=viewer is not None and viewer.may("clients"),
        churn_days=None if viewer is None else int(held.scores.run["churn_horizon_days"]),
    )


def _in(request: Request, language: str) -> str:
    """The address of this page in another language; a form's answer leads to the page it is on."""
    kept = [(key, value) for key, value in parse_qsl(request.url.query) if key != "lang"]
    path = "/" + request.url.path.lstrip("/\\")  # two slashes would name another host
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
