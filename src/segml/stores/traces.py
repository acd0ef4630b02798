"""Where a client's id or name still stands: every file below a folder is looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segml.stores.parquet import ROW_GROUP
from segml.stores.person import Person, texts_of


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
        texts = texts_of(parquet.schema_arrow)
        if not texts or not person.pattern:
            return
        for batch in parquet.iter_batches(batch_size=ROW_GROUP, columns=texts):
            for cells in batch.columns:
                found = pc.match_substring_regex(cells, person.pattern)
                yield bool(pc.any(found).as_py())
