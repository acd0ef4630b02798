"""Values written in Thrift's compact protocol: as many kinds of them as the foot of a file takes.

The protocol is `doc/specs/thrift-compact-protocol.md` of apache/thrift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_LONG_LIST, _FAR_FIELD = 15, 15
"""From how many values on a list's length, and from how far on a field's number, stands apart."""


class Written(NamedTuple):
    """A value as it is written, and the number of its kind."""

    kind: int
    told: bytes


def small(value: int) -> Written:
    """A number of 32 bits."""
    return Written(5, _varint(_zigzag(value)))


def large(value: int) -> Written:
    """A number of 64 bits."""
    return Written(6, _varint(_zigzag(value)))


def text(value: str) -> Written:
    """A text.

    Examples
    --------
    >>> list(text("ab").told)
    [2, 97, 98]
    """
    told = value.encode()
    return Written(8, _varint(len(told)) + told)


def several(values: Sequence[Written]) -> Written:
    """A list of at least one value, all of one kind."""
    kind, count = values[0].kind, len(values)
    head = bytes([count << 4 | kind]) if count < _LONG_LIST else bytes([0xF0 | kind])
    length = b"" if count < _LONG_LIST else _varint(count)
    return Written(9, head + length + b"".join(each.told for each in values))


def struct(values: Mapping[int, Written], *, head: bytes = b"", after: int = 0) -> Written:
    """A structure, its fields by their numbers, which rise.

    Parameters
    ----------
    values
        Number to value.
    head, after
        Fields that `fields` wrote already, and the number of the last of them.

    Examples
    --------
    >>> struct({1: small(-1), 4: large(150)}).told.hex(" ")
    '15 01 36 ac 02 00'
    """
    return Written(12, b"".join((head, fields(values, after=after), b"\0")))


def fields(values: Mapping[int, Written], *, after: int = 0) -> bytes:
    """Fields of a structure that goes on, those behind the number `after`."""
    told = []
    for number, value in values.items():
        assert 0 < number - after <= _FAR_FIELD
        told += [bytes([number - after << 4 | value.kind]), value.told]
        after = number
    return b"".join(told)


def _zigzag(value: int) -> int:
    """Small for what is near to zero on either side."""
    return value << 1 if value >= 0 else ~(value << 1)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    told = bytearray()
    while value > 0x7F:
        told.append(value & 0x7F | 0x80)
        value >>= 7
    told.append(value)
    return bytes(told)
