"""Where a client's id or name still stands: every file below a folder is looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.parquet import ROW_GROUP
from segml.stores.person import Person


def traces_of(person: Person, places: list[Path]) -> tuple[Path, ...]:
    """The files in which the id or a name of a client stands, sorted.

    Parameters
    ----------
    person
        Whom to look for. A word that is too short to be looked for inside texts is not: it would
        be found everywhere.
    places
        Files, and folders with all below them.
    """
    files = {file for place in places for file in _files(place)}
    return tuple(sorted(file for file in files if _holds(file, person)))


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (file for file in place.rglob("*") if file.is_file() and not file.is_symlink())


def _holds(file: Path, person: Person) -> bool:
    if file.suffix == ".parquet":
        try:
            return any(_cells_hold(file, person))
        except pa.ArrowException:
            pass  # not what its name says: read as bytes
    return person.is_in(file.read_bytes().decode("utf-8", "replace"))


def _cells_hold(file: Path, person: Person) -> Iterator[bool]:
    with file.open("rb") as stream:
        parquet = pq.ParquetFile(stream)
        if not person.pattern:
            return
        fields = [one.name for one in parquet.schema_arrow if not pa.types.is_primitive(one.type)]
        for batch in parquet.iter_batches(batch_size=ROW_GROUP, columns=fields):
            for cells in (texts for column in batch.columns for texts in _texts(column)):
                found = pc.match_substring_regex(cells, person.pattern)
                yield bool(pc.any(found).as_py())


def _texts(cells: pa.Array) -> Iterator[pa.Array]:
    """The texts of a column, however somebody else's file keeps them: none is looked over."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        yield from _texts(cells.dictionary)
    elif pa.types.is_struct(kind):
        for inner in cells.flatten():
            yield from _texts(inner)
    elif pa.types.is_map(kind):
        yield from _texts(cells.keys)
        yield from _texts(cells.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _texts(cells.flatten())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield cells
    elif pa.types.is_string_view(kind):
        yield cells.cast(pa.large_string())
    elif pa.types.is_binary_view(kind):
        yield from _texts(cells.cast(pa.large_binary()))
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield pa.array([each.as_py().decode("utf-8", "replace") for each in cells.drop_null()])
