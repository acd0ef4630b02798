"""One client taken out of everything that a portfolio published, with a record that names nobody.

Folder by folder, each whole or not at all. A run that was killed is finished by running it again:
the record says that it began, so that pages and the database are looked after even where no table
names the client any more. The ledger is not segml's to change: the next run publishes the client
anew unless it is taken from the source too.
"""

from __future__ import annotations

import datetime as dt
import difflib
import getpass
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segml.flows.publishing import require_database, send, send_if_lacking
from segml.flows.report import make_page, page_path
from segml.flows.result import Progress, Result, silent
from segml.flows.session import Session, session
from segml.flows.settings import Settings, read_settings
from segml.stores import (
    Cleared,
    Person,
    add_line,
    clear_folder,
    is_named,
    list_losses,
    list_runs,
    names_of,
    new_pseudonym,
    own_folders,
    read_lines,
    read_run,
    read_table,
    require_id,
    traces_of,
)
from segml.words.errors import ConfigurationRefused, Refusal

RECORD = "forgotten.jsonl"
"""The record, beside the portfolio's registry."""
AGAIN = (
    "the ledger still holds what it held: take the client from the source too, or the next run "
    "publishes it anew"
)
SHORT = (
    "the id or a name is too short to be looked for inside texts: look through notes, recorded "
    "reasons, descriptions and files of yours yourself"
)
DOUBT = (
    "an earlier request was finished; this id is named by nothing published, so look whether it is "
    "spelled right, unless that request was its own"
)


@dataclass(frozen=True, kw_only=True)
class Forgotten(Result):
    """What was changed, and the files left to the person, each with the reason."""

    folders: Mapping[str, Cleared]
    pages: tuple[Path, ...]
    left: Mapping[Path, str]


def forget(
    config: str | Path | Settings,
    client_id: str,
    *,
    pseudonym: bool = False,
    progress: Progress = silent,
) -> Forgotten:
    """One client removed from, or renamed in, everything that its portfolio published.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    client_id
        Whose, as `scores.client_id` has it.
    pseudonym
        Keep its rows under a random name, without its own name and without words about it.
    progress
        Told of each folder.

    Raises
    ------
    ConfigurationRefused
        If the id cannot be one, or nothing published names it; the nearest ids are named.
    LockHeld
        If another run works on the portfolio.
    NoModel
        If there is no such portfolio.
    PublicationFailed
        If the database of `publish` refuses; run again, it is then sent what it lacks.
    """
    settings, who = read_settings(config), require_id(client_id)
    with session(settings, "segml forget") as run:  # the lock's file is no place for an id
        require_database(run)
        folders = own_folders(settings.output, portfolio=settings.plan.portfolio)
        person = _person(folders, who, pseudonym=pseudonym)
        record = settings.models / settings.plan.portfolio / RECORD
        named = [folder for folder in folders if is_named(folder, person)]
        again = _is_unfinished(record)
        own = _pages(settings, person, everyone=False)
        if not (named or own or again):
            raise _unknown(settings, who)
        pages = _pages(settings, person, everyone=True) if again else own
        notes = (AGAIN,) if named or own else (DOUBT, AGAIN)
        notes = (*notes, SHORT) if person.is_short else notes
        told = {"request": run.run_id, "who": _user(), "what": _what(person)}
        add_line(record, {**told, "at": _now(), "state": "begun"})
        if again:
            _send_forgotten(run)
        cleared = _cleared(run, named, person, progress)
        made = [path for path, day in pages if _made(settings, day)]
        left = _left(settings, person, folders)
        changed = [
            {"folder": name, "rows": one.rows, "digest": one.digest}
            for name, one in cleared.items()
        ]
        done = {"folders": changed, "pages": len(made), "left": len(left)}
        add_line(record, {**told, **done, "at": _now(), "state": "done"})
    return _result(settings, person, cleared, made, left, notes=notes)


def _person(folders: tuple[Path, ...], who: str, *, pseudonym: bool) -> Person:
    """The client with the names that it has in any run and that nobody else has in any."""
    called = [names_of(folder, who) for folder in folders]
    own = frozenset().union(*(mine for mine, _ in called))
    others = frozenset().union(*(theirs for _, theirs in called))
    return Person(who, own - others, new_pseudonym() if pseudonym else None)


def _is_unfinished(record: Path) -> bool:
    """Whether an earlier request began and did not end."""
    lines = read_lines(record)
    begun = [line.get("request") for line in lines if line.get("state") == "begun"]
    done = {line.get("request") for line in lines if line.get("state") == "done"}
    return bool(begun) and begun[-1] not in done


def _pages(settings: Settings, person: Person, *, everyone: bool) -> list[tuple[Path, dt.date]]:
    """The report pages that may name the client, of runs that still stand."""
    found = []
    for run in list_runs(settings.output, portfolio=settings.plan.portfolio):
        path = page_path(settings, run.as_of)
        if path.is_file() and (everyone or person.is_short or traces_of(person, [path])):
            found.append((path, run.as_of))
    return found


def _cleared(
    run: Session, folders: list[Path], person: Person, progress: Progress
) -> dict[str, Cleared]:
    """What was done to each folder; the database gets each as soon as it stands."""
    sent = _sent_folders(run.settings)
    found = {}
    for number, folder in enumerate(folders):
        progress("folders", number, len(folders))
        cleared = clear_folder(folder, person, run_id=run.run_id)
        if cleared is not None:
            found[folder.relative_to(run.settings.output).as_posix()] = cleared
            if folder in sent:
                send(run, folder)
    progress("folders", len(folders), len(folders))
    return found


def _sent_folders(settings: Settings) -> set[Path]:
    """The folders that a database of `publish` holds too."""
    portfolio = settings.plan.portfolio
    scored = list_runs(settings.output, portfolio=portfolio)
    lost = list_losses(settings.output, portfolio=portfolio)
    return {one.folder for one in scored} | {one.folder for one in lost}


def _send_forgotten(run: Session) -> None:
    """Bring to the database what an earlier request changed, and may not have sent."""
    for folder in sorted(_sent_folders(run.settings)):
        if read_run(folder).get("forgotten"):
            send_if_lacking(run, folder)


def _made(settings: Settings, day: dt.date) -> bool:
    """Whether the page of a day was made anew; if not, the file is among those that are left."""
    runs = list_runs(settings.output, portfolio=settings.plan.portfolio)
    try:
        make_page(settings, next(run for run in runs if run.as_of == day))
    except Refusal:
        return False
    return True


def _left(settings: Settings, person: Person, folders: tuple[Path, ...]) -> dict[Path, str]:
    """Files that still say the client's id or name, and why they were not changed."""
    audit = settings.access.audit
    reasons = {}
    found = {*traces_of(person, [settings.output, audit])}
    if _is_audited(audit, person.client_id):
        found.add(audit)
    for file in sorted(found):
        if file == audit:
            why = "the log of who read about this client, kept as evidence; it is its owner's"
        elif file.parent in folders and file.suffix == ".parquet":
            why = "a name of a product, a region or the like is spelled the same"
        elif file.name.startswith("report-") and file.parent == settings.output:
            why = "its run is not published any more, so the page cannot be made anew: remove it"
        else:
            why = "no file that segml wrote for this portfolio"
        reasons[file] = why
    return reasons


def _is_audited(audit: Path, client_id: str) -> bool:
    """Whether a line of the audit log is of the client, however short its id is."""
    told = json.dumps({"client_id": client_id}, ensure_ascii=False)[1:-1].encode()
    try:
        with audit.open("rb") as lines:
            return any(told in line for line in lines)
    except FileNotFoundError:
        return False


def _unknown(settings: Settings, who: str) -> ConfigurationRefused:
    runs = list_runs(settings.output, portfolio=settings.plan.portfolio)
    known = read_table(runs[-1].folder, "scores")["client_id"].tolist() if runs else []
    near = difflib.get_close_matches(who, known, n=3)
    meant = ", ".join(f"`{one}`" for one in near)
    return ConfigurationRefused(
        f"client `{who}` is named by nothing that portfolio `{settings.plan.portfolio}` published",
        allowed=f"a client of a published run; the newest has {len(known):,}",
        next_step=f"did you mean {meant}" if near else "check the id, and `output`",
    )


def _user() -> str:
    """Who asks, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as containers have them
        return f"uid {os.getuid()}"


def _what(person: Person) -> str:
    return "removed" if person.pseudonym is None else "pseudonymised"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat("T", "seconds")


def _result(
    settings: Settings,
    person: Person,
    cleared: Mapping[str, Cleared],
    made: list[Path],
    left: Mapping[Path, str],
    *,
    notes: tuple[str, ...],
) -> Forgotten:
    rows = sum(one.rows for one in cleared.values())
    told = [f"{_what(person).capitalize()}: {rows:,} rows in {len(cleared)} folder(s)."]
    told += [f"Pseudonym: {person.pseudonym}"] if person.pseudonym else []
    told += [f"Made anew: {path}" for path in made]
    told += [f"Left to you: {path}: {why}" for path, why in left.items()]
    summary: dict[str, Any] = {
        "ok": True,
        "portfolio": settings.plan.portfolio,
        "what": _what(person),
        "pseudonym": person.pseudonym,
        "folders": {name: one.rows for name, one in cleared.items()},
        "pages": [str(path) for path in made],
        "left": {str(path): why for path, why in left.items()},
        "notes": list(notes),
    }
    return Forgotten(
        summary=summary,
        told=(*told, *(f"Next: {note}." for note in notes)),
        folders=cleared,
        pages=tuple(made),
        left=left,
    )
