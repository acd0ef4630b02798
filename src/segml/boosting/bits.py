"""The places of a word's bits, found without a loop.

Leiserson, Prokop and Randall 1998, Using de Bruijn sequences to index a 1 in a computer word.
"""

from __future__ import annotations

BITS = 64
"""Of a word."""
WORD = (1 << BITS) - 1
"""Every bit."""
DE_BRUIJN = 0x03F79D71B4CB0A89
"""Times a single bit it has another number in its top six bits for each place of the bit."""
TOP_SIX = 58
"""How far down the top six bits of a word are shifted."""


def slot_of(place: int) -> int:
    """The number that stands for the bit at a place: 0 to 63, another one for each.

    Examples
    --------
    >>> len({slot_of(place) for place in range(64)})
    64
    """
    return ((DE_BRUIJN << place) & WORD) >> TOP_SIX
