"""What a Parquet file's foot says of where its columns' pieces lie, kept as plain numbers.

Arrow keeps about a thousand bytes of each piece (the part of one column in one group of rows), and
a portfolio that is held open has several hundred thousand of them. Here a piece is four numbers.
What Arrow needs to read a few of them is written anew, as the foot of a file that had no others
(`parquet.thrift` of apache/parquet-format). Until `settle` is called Arrow's are kept, and those
alone are made numbers that are asked for: who wants a client at once does not wait for all others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from segml.stores.compact import Written, fields, large, several, small, struct, text

_KINDS = MappingProxyType(
    {
        pa.bool_(): (0, None),
        pa.int32(): (1, None),
        pa.date32(): (1, 6),
        pa.int64(): (2, None),
        pa.float32(): (4, None),
        pa.float64(): (5, None),
        pa.string(): (6, 0),
    }
)
"""The types of published columns: the number of each one's kind, and of its meaning."""
_CODECS = MappingProxyType({"UNCOMPRESSED": 0, "SNAPPY": 1, "ZSTD": 6})
_MARK = b"PAR1"
_PLAIN, _NOWHERE, _ROOT = small(0), large(0), text("schema")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Of a column: its `SchemaElement`, and the fields 1 to 4 of each piece's `ColumnMetaData`."""

    element: Written
    head: bytes


class Foot:
    """The foot of an open file.

    Parameters
    ----------
    source
        The file; what is no Parquet file raises `pyarrow.ArrowInvalid`.
    columns
        Those of which parts will be read; None: all.

    Attributes
    ----------
    names : tuple of str
        The file's columns.
    rows : tuple of int
        The rows of each group.
    last : tuple of str or None
        The greatest client of each group; None where the rows do not stand by client.
    """

    def __init__(self, source: pa.NativeFile, columns: Collection[str] | None = None) -> None:
        file = pq.ParquetFile(source)
        told, schema = file.metadata, file.schema_arrow
        groups = [told.row_group(number) for number in range(told.num_row_groups)]
        self.names = tuple(schema.names)
        self.rows = tuple(each.num_rows for each in groups)
        self.last = _lasts(groups, self.names)
        self._codec = groups[0].column(0).compression if groups and self.names else "UNCOMPRESSED"
        numbers = [n for n, name in enumerate(self.names) if columns is None or name in columns]
        self._fields = {
            schema.names[number]: _as_stored(schema.field(number)) for number in numbers
        }
        self._numbers = {name: place for place, name in enumerate(self._fields)}
        self._kinds: dict[str, _Kind] = {}
        self._pieces = np.empty((len(groups), len(numbers), 4), dtype=np.int64)
        self._unread, self._stand = {*range(len(groups))}, tuple(numbers)
        self._told: pq.FileMetaData | None = told

    def settle(self) -> None:
        """Make all of it numbers, and keep those alone."""
        for group in range(len(self.rows)):
            self._read(group)
        self._told = None

    def _read(self, group: int) -> None:
        told = self._told
        if told is None or group not in self._unread:
            return
        found = told.row_group(group)
        for place, number in zip(self._pieces[group], self._stand, strict=True):
            place[:] = _place(found.column(number))
        self._unread.discard(group)

    def part(self, groups: Sequence[int], columns: Sequence[str]) -> pq.FileMetaData:
        """The foot of a file that has these groups and columns alone.

        Raises
        ------
        pyarrow.ArrowInvalid
            If they are of a type, or stored in a way, that nothing published is.
        pyarrow.ArrowKeyError
            If there is no such column.
        """
        if missing := [name for name in columns if name not in self._numbers]:
            raise pa.ArrowKeyError(f"there is no column {missing[0]}")
        numbers = [self._numbers[name] for name in columns]
        kinds = [self._kind(name) for name in columns]
        root = struct({4: _ROOT, 5: small(len(kinds))})
        told = {
            1: small(2),
            2: several([root, *(each.element for each in kinds)]),
            3: large(sum(self.rows[group] for group in groups)),
            4: several([self._group(group, numbers, kinds) for group in groups]),
        }
        written = struct(told).told
        size = len(written).to_bytes(4, "little")
        return pq.read_metadata(pa.BufferReader(_MARK + written + size + _MARK))

    def schema(self, columns: Sequence[str]) -> pa.Schema:
        """Those columns."""
        return pa.schema([self._fields[name] for name in columns])

    def _kind(self, name: str) -> _Kind:
        """What is written of a column, worked out when it is first asked for."""
        if name not in self._kinds:
            self._kinds[name] = _kind(self._fields[name], self._codec)
        return self._kinds[name]

    def _group(self, group: int, numbers: Sequence[int], kinds: Sequence[_Kind]) -> Written:
        """`RowGroup`: its columns, its bytes, its rows."""
        self._read(group)
        places, rows = self._pieces[group, numbers].tolist(), large(self.rows[group])
        told = [_piece(kind, place, rows) for kind, place in zip(kinds, places, strict=True)]
        return struct({1: several(told), 2: large(sum(place[3] for place in places)), 3: rows})


def _as_stored(field: pa.Field) -> pa.Field:
    """A column without what its writer alone knew: a long text is stored as any text."""
    return field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field


def _place(piece: pq.ColumnChunkMetaData) -> tuple[int, int, int, int]:
    """Where its pages begin, and its dictionary (-1: none), its bytes as stored and plain."""
    dictionary = piece.dictionary_page_offset if piece.has_dictionary_page else -1
    stored, plain = piece.total_compressed_size, piece.total_uncompressed_size
    return piece.data_page_offset, dictionary, stored, plain


def _lasts(groups: Sequence[pq.RowGroupMetaData], names: tuple[str, ...]) -> tuple[str, ...] | None:
    if names[:1] != ("client_id",) and names[:2] != ("as_of", "client_id"):
        return None
    told = [each.column(names.index("client_id")).statistics for each in groups]
    if any(each is None or not each.has_min_max for each in told):
        return None
    return tuple(str(each.max) for each in told)


def _kind(field: pa.Field, compression: str) -> _Kind:
    if field.type not in _KINDS or compression not in _CODECS:
        raise pa.ArrowInvalid(f"column {field.name} is not as published ones are")
    kind, meaning = _KINDS[field.type]
    told = {1: small(kind), 3: small(int(field.nullable)), 4: text(field.name)}
    element = struct(told if meaning is None else {**told, 6: small(meaning)})
    codec, name = small(_CODECS[compression]), several([text(field.name)])
    return _Kind(element, fields({1: small(kind), 2: several([_PLAIN]), 3: name, 4: codec}))


def _piece(kind: _Kind, place: Sequence[int], rows: Written) -> Written:
    """`ColumnChunk`; how its values are encoded, its pages say themselves."""
    pages, dictionary, stored, plain = place
    told = {5: rows, 6: large(plain), 7: large(stored), 9: large(pages)}
    if dictionary >= 0:
        told[11] = large(dictionary)
    return struct({2: _NOWHERE, 3: struct(told, head=kind.head, after=4)})
