"""A list of clients from an address and back: what was asked, and the links to its other parts.

Addresses hold codes, never what was typed: a name that is looked for is kept here under a random
word of the reader's own, so that it stands in no log and no history.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from segml.stores import SORTED_BY, Memory, Wanted

ROWS = 50
"""Rows of a page."""
MOST_PAGES = 1_000_000
FROM_BELOW = ("name", "tier")
"""What a list is sorted by from the lowest on; by everything else, from the highest."""
_TYPED = ("text", "manager", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that was asked for, and the word under which what was typed is kept."""

    wanted: Wanted
    word: str = ""

    def address(self, path: str, **changes: str | int) -> str:
        """The address of the same list with something changed."""
        asked: dict[str, str | int] = {
            "tier": self.wanted.tier or "",
            "status": self.wanted.status or "",
            "key": "1" if self.wanted.only_key else "",
            "sort": self.wanted.sort,
            "order": "down" if self.wanted.descending else "up",
            "page": self.wanted.offset // ROWS + 1,
            "word": self.word,
        } | changes
        told = {name: value for name, value in asked.items() if value not in ("", None)}
        return f"{path}?{urlencode(told)}"

    def sorted_by(self, column: str) -> str:
        """The address of the same list by another column, or the other way round."""
        same = column == self.wanted.sort
        down = not self.wanted.descending if same else column not in FROM_BELOW
        return self.address("/clients", sort=column, order="down" if down else "up", page=1)

    def turned(self, total: int) -> dict[str, str | None]:
        """The addresses of the part before and of the next one; None where there is none."""
        place = self.wanted.offset // ROWS + 1
        after = self.wanted.offset + ROWS < total
        return {
            "before": self.address("/clients", page=place - 1) if place > 1 else None,
            "after": self.address("/clients", page=place + 1) if after else None,
        }


class Words:
    """What readers typed, kept for a while under random words."""

    def __init__(self) -> None:
        self._kept = Memory(10_000)

    def keep(self, reader: str | None, typed: Mapping[str, str]) -> str:
        """The word for what a reader typed; nothing for nothing."""
        told = {name: typed[name].strip() for name in _TYPED if typed.get(name, "").strip()}
        if not told:
            return ""
        word = secrets.token_urlsafe(9)
        self._kept.keep((reader, word), told)
        return word

    def find(self, reader: str | None, word: str) -> Mapping[str, str]:
        """What this reader typed; nothing for another's word, or an old one."""
        found = self._kept.get((reader, word))
        return found if isinstance(found, dict) else {}


def listing_of(asked: Mapping[str, str], typed: Mapping[str, str]) -> Listing:
    """The list that an address asks for; what cannot be is taken as if it had not been asked.

    Parameters
    ----------
    asked
        The address's codes.
    typed
        What its word stands for.
    """
    sort = asked.get("sort", "")
    order = asked.get("order", "")
    number = asked.get("page", "1")
    place = 1
    if number.isascii() and number.isdigit():
        place = int(number) if len(number) < len(str(MOST_PAGES)) else MOST_PAGES
    wanted = Wanted(
        text=typed.get("text", ""),
        tier=asked.get("tier") or None,
        status=asked.get("status") or None,
        manager=typed.get("manager") or None,
        region=typed.get("region") or None,
        only_key=asked.get("key") == "1",
        sort=sort if sort in SORTED_BY else "stake",
        descending=order != "up",
        offset=(max(place, 1) - 1) * ROWS,
        limit=ROWS,
    )
    return Listing(wanted=wanted, word=asked.get("word", "") if typed else "")
