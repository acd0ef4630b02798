"""The number of the bundle's file format.

The rule for changing it: raise `PROTOCOL` by one whenever a bundle written by the new code could
not be read, or would be read as something else, by the code before it: a part that is added,
removed or renamed, a key that changes its meaning, a number that changes its unit. Then

1. keep the last bundle of the old protocol under ``tests/data/bundles/<number>/``,
2. let `parts.decode` go on reading it (one branch per old number, in its own file),
3. say in the changelog which segml wrote it.

A protocol above ours is refused before any file but the manifest is parsed. A refit, a new
metric in the training record or a new sentence in the card does not change the number.
"""

from __future__ import annotations

PROTOCOL: int = 10
"""The protocol this code writes, and the greatest it reads.

1: without `economics.kinds`; profit knew neither interactions nor invoices.
2: with them; tiers were clusters.
3: tiers name their scheme; rules have criteria and edges; `tiers.bands`; with
   `prospects` (absent where too few newcomers could teach it).
4: with `outlook`, and its horizons in the plan.
5: with `usual`, what a later day's features and scores are held against. Since then the plan may
   hold `forests`, where they are not the defaults, and `usual` may hold `reasons` and
   `moves`: code that does not know them scores the same.
6: what hysteresis adds depends on both tiers, the one that was held and the other (`held` of
   `tiers.json`); before, one constant was taken off the tier that was held.
7: `potential.json` has `ages`, a level and a spread for each; before, one `spread` for everybody.
8: the `amount` of `potential.json` has a `slope`; before, it was one.
9: the `space` of `tiers.json` has `ladders`; before, a size that was not known was the usual one.
10: `features` have `by_month`; before, all windows were of days.
"""

READABLE: frozenset[int] = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
"""Every protocol this code reads."""
