"""Tier names that survive a retrain: which new tier is which old one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import count

import pandas as pd

Score = tuple[Fraction, int, int]
Step = tuple[Score, tuple[tuple[int, int], ...]]


def default_names(number: int) -> tuple[str, ...]:
    """The names of a first version, top-down.

    Examples
    --------
    >>> default_names(3)
    ('tier 1', 'tier 2', 'tier 3')
    """
    return tuple(f"tier {rank}" for rank in range(1, number + 1))


def match_tiers(
    names: Sequence[str], before: pd.Series, after: pd.Series, *, number: int
) -> tuple[str, ...]:
    """The names of the new tiers, top-down: an old tier's where one continues it, else fresh.

    Of all matchings that keep the order, the one with the greatest sum of overlaps, where the
    overlap of two tiers is the Jaccard index of their clients (so a large low tier does not
    outvote the small top ones). Among equals the one with more pairs, then the one whose ranks
    differ least: with as many tiers as before and no common clients every tier keeps its name.
    A tier without a partner gets the first `tier n` that the last version did not use. Found by
    dynamic programming over exact fractions, so nothing depends on rounding.

    Parameters
    ----------
    names
        The last version's names, top-down.
    before
        The last version's tier name of each client, by client id.
    after
        The new rank of each client, 1 = top, by client id.
    number
        New tiers.

    Examples
    --------
    >>> before = pd.Series(["a", "a", "b", "b"], index=list("wxyz"))
    >>> after = pd.Series([1, 2, 3, 3], index=list("wxyz"))
    >>> match_tiers(("a", "b"), before, after, number=3)
    ('a', 'tier 1', 'b')
    """
    overlap = _overlaps(names, before, after, number)
    kept = {new: names[old] for old, new in _best(overlap, len(names), number)}
    fresh = (name for n in count(1) if (name := f"tier {n}") not in names)
    return tuple(kept[rank] if rank in kept else next(fresh) for rank in range(number))


def _overlaps(
    names: Sequence[str], before: pd.Series, after: pd.Series, number: int
) -> list[list[Fraction]]:
    common = before.index.intersection(after.index)
    old, new = before.loc[common], after.loc[common]
    olds = [set(old.index[old == name]) for name in names]
    news = [set(new.index[new == rank]) for rank in range(1, number + 1)]
    return [[Fraction(len(a & b), max(len(a | b), 1)) for b in news] for a in olds]


def _best(overlap: list[list[Fraction]], olds: int, news: int) -> tuple[tuple[int, int], ...]:
    empty: Step = ((Fraction(0), 0, 0), ())
    table: dict[tuple[int, int], Step] = {}
    for old in range(olds + 1):
        for new in range(news + 1):
            options = [empty] if 0 in (old, new) else _steps(table, overlap, old, new)
            table[old, new] = max(options, key=lambda step: step[0])  # the first of equals
    return table[olds, news][1]


def _steps(
    table: dict[tuple[int, int], Step], overlap: list[list[Fraction]], old: int, new: int
) -> list[Step]:
    (shared, pairs, shift), matched = table[old - 1, new - 1]
    score = (shared + overlap[old - 1][new - 1], pairs + 1, shift - abs(old - new))
    pair = (score, (*matched, (old - 1, new - 1)))
    return [pair, table[old - 1, new], table[old, new - 1]]
