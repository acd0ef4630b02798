"""A learnt rule: heights of criteria, the sums they make, the edges that part the tiers.

An edge k parts tier k from those below. Its sum over a client's heights, less the edge, is the
client's standing there, in points; a client is in the first tier whose edge it reaches. For fixed
weights the standing is a sum of one function a feature, so the Shapley values of a margin against
independent backgrounds are weight times (height less mean height): exact, in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.tiers.criteria import Criterion
from segml.tiers.margin import Assignment

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Criteria by column, and what each edge asks of them.

    Parameters
    ----------
    criteria
        One a column; None where a column is not read.
    weights
        Shape (k, d), ≥ 0: the points that a height of 1 is worth at each edge.
    edges
        Shape (k,), in points.
    held
        Shape (k,), ≥ 0: the points by which hysteresis moves an edge.
    sides
        Shape (k, k + 1): 1 where the previous tier lies just above an edge, -1 where just below.
    """

    criteria: tuple[Criterion | None, ...]
    weights: Array
    edges: Array
    held: Array
    sides: Ints

    @property
    def n_tiers(self) -> int:
        """How many tiers there are."""
        return len(self.edges) + 1

    def heights(self, X: Array) -> Array:
        """The height of every criterion, shape (n, d); 0 where a column is not read."""
        found = np.zeros(X.shape)
        for place, criterion in enumerate(self.criteria):
            if criterion is not None:
                found[:, place] = criterion.height(X[:, place])
        return found

    def standing(self, heights: Array, previous: Ints) -> Array:
        """Points above each edge, hysteresis included, shape (n, k); below it they are negative.

        Summed column by column, so that a client's points do not depend, to the last bit, on the
        clients beside it, and never fall as a height rises.
        """
        total = np.zeros((len(heights), len(self.edges)))
        for column, weight in zip(heights.T, self.weights.T, strict=True):
            total += column[:, None] * weight[None, :]
        return np.asarray(total - self.edges + self._bonus(previous))

    def _bonus(self, previous: Ints) -> Array:
        sides = np.column_stack([self.sides, np.zeros(len(self.edges), dtype=np.int64)])
        return np.asarray(self.held * sides.T[previous])  # the last row is that of NO_TIER, -1


def plain_sides(edges: int) -> Ints:
    """The sides of edges that each part a tier from the next one.

    Examples
    --------
    >>> plain_sides(2)
    array([[ 1, -1,  0],
           [ 0,  1, -1]])
    """
    above = np.eye(edges, edges + 1, dtype=np.int64)
    return np.asarray(above - np.eye(edges, edges + 1, 1, dtype=np.int64))


def place(rule: Rule, heights: Array, previous: Ints) -> Assignment:
    """The assignment of every row; its pair is (tier, rival), its margin in points.

    The margin is the distance to the nearest edge that bounds the tier: never negative, for the
    tier is read from the same standings. The rival is the tier behind that edge.

    Parameters
    ----------
    rule
        The learnt rule.
    heights
        Shape (n, d), of `Rule.heights`.
    previous
        Shape (n,), labels or `NO_TIER`.
    """
    standing = rule.standing(heights, previous)
    rows, tiers = np.arange(len(heights)), np.arange(rule.n_tiers)
    reached = np.column_stack([standing >= 0, np.ones(len(heights), dtype=bool)])
    label = reached.argmax(axis=1)
    padded = np.column_stack([standing, np.full(len(heights), np.inf)])
    below = padded[rows, label]
    lacking = np.where(tiers[:-1] < label[:, None], -standing, np.inf)
    upward = lacking.argmin(axis=1)
    above = lacking[rows, upward]
    downward = (reached & (tiers > label[:, None])).argmax(axis=1)
    falls = below <= above
    rival = np.where(falls, downward, upward).astype(np.int64)
    return Assignment(
        label=label.astype(np.int64),
        rival=rival,
        margin=np.minimum(below, above),
        pair=np.column_stack([label, rival]).astype(np.int64),
        previous=previous,
    )


def rule_margin(rule: Rule, heights: Array, pair: Ints, previous: Ints) -> Array:
    """The margin of each row's given pair, shape (n,); below 0 where the edge was crossed."""
    edge, sign = _edge(pair)
    return np.asarray(sign * rule.standing(heights, previous)[np.arange(len(heights)), edge])


def rule_slope(rule: Rule, pair: Ints) -> Array:
    """What a height of 1 adds to the margin of each row's pair, shape (n, d), in points."""
    edge, sign = _edge(pair)
    return np.asarray(sign[:, None] * rule.weights[edge])


def _edge(pair: Ints) -> tuple[Ints, Array]:
    """The edge between the tiers of each pair, and whether the own one lies above it (1) or not."""
    return pair.min(axis=1), np.where(pair[:, 0] < pair[:, 1], 1.0, -1.0)
