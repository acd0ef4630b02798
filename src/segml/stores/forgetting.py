"""A published folder without one client, put in place whole; the other clients' rows stay.

Every table is read a group of rows at a time: the client's rows are left out or get the pseudonym,
what other rows say of it is taken out. Rows keep the order that their key gives. `run.json` keeps
its figures and fingerprints, which are those of the run as it was made, and gets a new `run_id`, by
which readers see that another folder stands there.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.declaration import Column, TableSchema
from segml.stores.parquet import ROW_GROUP, write_tables
from segml.stores.person import Person, texts_of
from segml.stores.personal import WHOLE_ROWS, Kind, kinds_of
from segml.stores.publishing import replaced
from segml.stores.schemas import TABLES
from segml.stores.tables import RUN_FILE, read_run

SENTENCES = ("notes", "sentences")
"""Keys of run.json that hold lists of sentences, in which an id may stand."""
Tables = Callable[[], Iterator[pa.Table]]


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was done to a folder: rows that went or were renamed, and the digest of its files."""

    rows: int
    digest: str


def own_folders(output: Path, *, portfolio: str) -> tuple[Path, ...]:
    """Every published folder of a portfolio below its output folder, of whatever kind, sorted."""
    found = [path.parent for path in sorted(output.rglob(RUN_FILE))]
    seen = [
        each
        for each in found
        if not any(part.startswith(".") for part in each.relative_to(output).parts)
    ]
    return tuple(each for each in seen if read_run(each).get("portfolio") == portfolio)


def clear_folder(folder: Path, person: Person, *, run_id: str) -> Cleared | None:
    """What was done to a published folder; None, and it stands as it was, where it names nobody.

    Call it under the lock.

    Parameters
    ----------
    folder
        A published run's.
    person
        Who is to be forgotten.
    run_id
        The run that forgets.

    Raises
    ------
    ConfigurationRefused, OutputRefused, OSError
        As `publish`; the folder is then as it was.
    """
    named = {path.name: count for path in _parquet(folder) if (count := _count(path, person))}
    run = read_run(folder)
    said = _said(run, person)
    if not named and said == run:
        return None
    said |= {"run_id": run_id, "forgotten": int(run.get("forgotten", 0)) + 1}
    with replaced(folder, said) as aside:
        for path in sorted(folder.iterdir()):
            if path.name in named:
                _rewrite(path, aside / path.name, person)
            elif path.name != RUN_FILE and path.is_file():
                shutil.copy2(path, aside / path.name)
    return Cleared(rows=sum(named.values()), digest=digest_of(folder))


def is_named(folder: Path, person: Person) -> bool:
    """Whether a published folder names the client where `clear_folder` would change it."""
    run = read_run(folder)
    return _said(run, person) != run or any(_count(path, person) for path in _parquet(folder))


def names_of(folder: Path, client_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a published folder calls the client, and what it calls the others."""
    path = folder / "clients.parquet"
    if not path.is_file():
        return frozenset(), frozenset()
    with path.open("rb") as stream:
        table = pq.read_table(stream, columns=["client_id", "name"])
    mine = pc.equal(table["client_id"], client_id)
    own, others = (
        frozenset(name for name in table.filter(rows)["name"].to_pylist() if name and name.strip())
        for rows in (mine, pc.invert(mine))
    )
    return own, others


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files."""
    told = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            with path.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            told.update(f"{path.name} {content}\n".encode())
    return told.hexdigest()


def _parquet(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _said(value: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """The same of run.json, its sentences without the client; dates and versions stay."""
    told: dict[str, Any] = {}
    for key, inner in value.items():
        if key in SENTENCES:
            told[key] = [person.without(str(one)) for one in inner]
        else:
            told[key] = _said(inner, person) if isinstance(inner, Mapping) else inner
    return told


def _kinds(name: str, schema: pa.Schema) -> dict[str, Kind]:
    texts = texts_of(schema)
    return dict.fromkeys(texts, "text") if name in WHOLE_ROWS else kinds_of(name, texts)


def _groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    with path.open("rb") as stream:
        for batch in pq.ParquetFile(stream).iter_batches(batch_size=ROW_GROUP, columns=columns):
            yield pa.Table.from_batches([batch])


def _count(path: Path, person: Person) -> int:
    """The rows of a table that name the client."""
    kinds = {k: v for k, v in _kinds(path.stem, pq.read_schema(path)).items() if v != "staff"}
    if not kinds:
        return 0
    return sum(pc.sum(_named(t, kinds, person)).as_py() or 0 for t in _groups(path, [*kinds]))


def _named(table: pa.Table, kinds: Mapping[str, Kind], person: Person) -> pa.ChunkedArray:
    found = pa.chunked_array([pa.repeat(pa.scalar(False), len(table))])  # noqa: FBT003 - a value
    for column, kind in kinds.items():
        test = person.names_in if kind == "text" else person.equals
        if kind != "staff":
            found = pc.or_(found, test(table[column]))
    return found


def _rewrite(source: Path, target: Path, person: Person) -> None:
    schema = _schema(source)
    kinds = _kinds(source.stem, schema.arrow)
    drops = source.stem in WHOLE_ROWS

    def cleared() -> Iterator[pa.Table]:
        for table in _groups(source):
            if drops:
                yield table.filter(pc.invert(_named(table, kinds, person)))
            else:
                yield _cleared(table, kinds, schema, person)

    write_tables(target, _ordered(cleared, schema, person), schema)


def _schema(source: Path) -> TableSchema:
    """The schema that a file was written with, be it an older one than ours."""
    arrow = pq.read_schema(source)
    columns = tuple(Column(f.name, f.type, f.nullable) for f in arrow)
    known = TABLES.get(source.stem)
    key = known.key if known else ("client_id",) if source.stem == "features" else ()
    key = tuple(name for name in key if name in arrow.names)
    unique = known.unique if known else source.stem == "features"
    return TableSchema(source.stem, columns, key, unique)


def _cleared(
    table: pa.Table, kinds: Mapping[str, Kind], schema: TableSchema, person: Person
) -> pa.Table:
    """Some rows without the client, or with its pseudonym."""
    nullable = {column.name: column.nullable for column in schema.columns}
    own = pa.chunked_array([pa.repeat(pa.scalar(False), len(table))])  # noqa: FBT003 - a value
    gone = own
    for column, kind in kinds.items():
        if kind == "client":
            own = pc.or_(own, person.equals(table[column]))
        elif kind == "other" and not nullable[column]:
            gone = pc.or_(gone, person.equals(table[column]))
    for column, kind in kinds.items():
        cells = table[column]
        if kind in ("client", "other"):
            cells = pc.if_else(person.equals(cells), pa.scalar(person.pseudonym, cells.type), cells)
        elif kind == "text":
            cells = _texts(cells, person)
            if nullable[column]:  # what is said of the client in words may tell who it is
                cells = pc.if_else(own, pa.scalar(None, cells.type), cells)
        place = table.schema.get_field_index(column)
        table = table.set_column(place, schema.arrow.field(column), cells)
    if person.pseudonym is None:
        table = table.filter(pc.invert(pc.or_(own, gone)))
    return table.cast(schema.arrow)


def _texts(cells: pa.ChunkedArray, person: Person) -> pa.ChunkedArray:
    if not pc.any(person.names_in(cells)).as_py():
        return cells
    told = [None if text is None else person.without(text) for text in cells.to_pylist()]
    return pa.chunked_array([pa.array(told, cells.type)])


def _ordered(tables: Tables, schema: TableSchema, person: Person) -> Iterator[pa.Table]:
    """The rows in the order of the key, in which a pseudonym stands elsewhere than the id."""
    if not schema.unique:
        rest = [name for name in schema.names if name not in schema.key]
        order = [(name, "ascending") for name in (*schema.key, *rest)]
        whole = pa.concat_tables([schema.arrow.empty_table(), *tables()])
        yield whole.take(pc.sort_indices(whole, sort_keys=order))
    elif person.pseudonym is None or schema.key[:1] != ("client_id",):
        yield from tables()
    else:
        yield from _moved(tables, person.pseudonym)


def _moved(tables: Tables, pseudonym: str) -> Iterator[pa.Table]:
    """The rows of the pseudonym before the first client that comes after it."""
    mine = [t.filter(pc.equal(t["client_id"], pseudonym)) for t in tables()]
    rows = pa.concat_tables(mine) if mine else None
    for table in tables():
        others = table.filter(pc.not_equal(table["client_id"], pseudonym))
        before = pc.sum(pc.less(others["client_id"], pseudonym)).as_py() or 0
        if rows is not None and before < len(others):
            yield others.slice(0, before)
            yield rows
            yield others.slice(before)
            rows = None
        else:
            yield others
    if rows is not None:
        yield rows
