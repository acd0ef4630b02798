"""One client who is to be forgotten: the words that name it, and texts and cells without them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from html import unescape

import pyarrow as pa
import pyarrow.compute as pc

from segml.words.errors import ConfigurationRefused
from segml.words.masking import MASK

SHORTEST, SHORTEST_NUMBER = 4, 5
"""Signs of a word that is looked for inside texts, and of one of digits alone (a year is none); a
shorter one must be all of a cell."""
LONGEST_ID = 500
PSEUDONYM = "forgotten-"
"""What a pseudonym begins with; random digits follow, the same in every table of one request."""


def new_pseudonym() -> str:
    """A pseudonym that nothing of the client goes into, so that nothing leads back from it."""
    return f"{PSEUDONYM}{secrets.token_hex(6)}"


def texts_of(schema: pa.Schema) -> list[str]:
    """The columns that hold text."""
    kinds = (pa.types.is_string, pa.types.is_large_string)
    return [field.name for field in schema if any(is_kind(field.type) for is_kind in kinds)]


def require_id(client_id: str) -> str:
    """The id without blanks at its ends; what a ledger may hold in one can be forgotten.

    Raises
    ------
    ConfigurationRefused
        If no client can have it.
    """
    found = str(client_id).strip()  # an id that was read as a whole number is its text
    if not found or len(found) > LONGEST_ID:
        what = "an empty one" if not found else f"{len(found)} signs"
        raise ConfigurationRefused(
            f"a client's id that none can have ({what})",
            allowed=f"1 to {LONGEST_ID} signs, as `scores.client_id` has it",
            next_step="pass the id as the published tables show it",
        )
    return found


@dataclass(frozen=True)
class Person:
    """A client to be forgotten.

    Parameters
    ----------
    client_id
        Its id, as published.
    names
        What else it is called; no name that another client bears too.
    pseudonym
        What takes the id's place; None: its rows go.
    """

    client_id: str
    names: frozenset[str] = frozenset()
    pseudonym: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The id and the names, the longest first."""
        return tuple(sorted({self.client_id, *self.names}, key=lambda word: (-len(word), word)))

    @property
    def is_short(self) -> bool:
        """Whether one of the words is too short to be looked for inside texts."""
        return not all(map(_is_long, self.words))

    @cached_property
    def pattern(self) -> str:
        """A regular expression of every word where it stands alone; empty where all are short."""
        long = [re.escape(word) for word in self.words if _is_long(word)]
        return rf"(^|[^\pL\pN_])(?:{'|'.join(long)})($|[^\pL\pN_])" if long else ""

    def is_in(self, text: str) -> bool:
        """Whether a word that is not too short stands in a text, also as HTML spells it."""
        spelt = (text, unescape(text))
        return self._compiled is not None and any(map(self._compiled.search, spelt))

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        long = [re.escape(word) for word in self.words if _is_long(word)]
        return re.compile(rf"(?<!\w)(?:{'|'.join(long)})(?!\w)") if long else None

    def without(self, text: str) -> str:
        """The text without the words; the pseudonym, or an ellipsis, in their place.

        Examples
        --------
        >>> Person("C00001", frozenset({"Acme Ltd"})).without("C00001 (Acme Ltd), not C000012")
        '… (…), not C000012'
        """
        instead = self.pseudonym or MASK
        if text.strip() in (*self.words, f"{self.client_id}.0"):
            return instead
        return self._compiled.sub(instead, text) if self._compiled else text

    def equals(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        """Whether each cell is the id; false for null."""
        return pc.fill_null(pc.equal(cells, self.client_id), False)  # noqa: FBT003 - arrow's value

    def names_in(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        """Whether each cell is or contains a word, or is the id as a float; false for null."""
        whole = pa.array([*self.words, f"{self.client_id}.0"], type=cells.type)
        found = pc.is_in(pc.utf8_trim_whitespace(cells), value_set=whole)
        if self.pattern:
            inside = pc.match_substring_regex(cells, self.pattern)
            found = pc.or_kleene(found, inside)
        return pc.fill_null(found, False)  # noqa: FBT003 - arrow's value


def _is_long(word: str) -> bool:
    return len(word) >= (SHORTEST_NUMBER if word.isdecimal() else SHORTEST)
