"""What the company sells: categories, products, list prices and costs on the first day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Floats, Ints
from segml.simulate.draws import WorldConfig

LINE_VALUE = 90.0
"""List value of a line of a client of middle size, in money."""

_CATEGORIES = (
    ("paper", 6.0), ("packaging", 11.0), ("cleaning", 9.0), ("catering", 14.0), ("tools", 45.0),
    ("lighting", 24.0), ("safety", 30.0), ("furniture", 120.0), ("electronics", 80.0),
    ("fasteners", 4.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Goods:
    """The catalogue: P products, sorted by category, in C categories.

    Parameters
    ----------
    categories, products
        Names.
    category
        int64 (P,): index into `categories`, not falling.
    price, cost
        float64 (P,): list price and cost a piece on the first day, before inflation.
    popularity
        float64 (P,), positive: how much a product is asked for within its category.
    """

    categories: tuple[str, ...]
    products: tuple[str, ...]
    category: Ints
    price: Floats
    cost: Floats
    popularity: Floats

    @property
    def pieces(self) -> Floats:
        """The pieces of a line of a client of middle size, by product: float64 (P,)."""
        return np.maximum(1.0, LINE_VALUE / self.price)

    def within(self, liking: Floats) -> Floats:
        """Liking as shares of its category: (…, P) in, the same shape out."""
        starts = np.searchsorted(self.category, np.arange(len(self.categories)))
        sums = np.add.reduceat(liking, starts, axis=-1)
        return np.asarray(liking / sums[..., self.category])


def draw_goods(rng: np.random.Generator, config: WorldConfig) -> Goods:
    """A catalogue of 6 to 10 categories with 8 to 20 products each.

    A product's price is log-normal about its category's level (sigma 0.5); its margin is the
    world's rate, moved by up to 0.06 a category and 0.03 (sigma) a product, within [0.1, 0.6].
    """
    chosen = rng.permutation(len(_CATEGORIES))[: rng.integers(6, 11)]
    counts = rng.integers(8, 21, len(chosen))
    category = np.repeat(np.arange(len(chosen)), counts)
    level = np.array([_CATEGORIES[c][1] for c in chosen])
    price = np.maximum(0.5, np.round(level[category] * np.exp(rng.normal(0, 0.5, counts.sum())), 2))
    margin = config["margin_rate"] + rng.uniform(-0.06, 0.06, len(chosen))[category]
    margin = np.clip(margin + rng.normal(0, 0.03, counts.sum()), 0.1, 0.6)
    names = tuple(_CATEGORIES[c][0] for c in chosen)
    return Goods(
        categories=names,
        products=tuple(
            f"{names[c]}-{number + 1:02d}"
            for c, count in enumerate(counts)
            for number in range(int(count))
        ),
        category=category,
        price=price,
        cost=np.round(price * (1 - margin), 4),
        popularity=np.exp(rng.normal(0, 0.7, counts.sum())),
    )
