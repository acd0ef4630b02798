"""Next need: what clients that buy the same also buy, and this one does not yet.

Item to item: of the clients that bought an item in the year, how many bought another beside it. A
client's score for an item is the mean of these shares over what it buys, weighted by how telling
each is (the share over the item's own: the lift). Never named is what the client bought in the year
already, what it just sent back, nor what is no longer sold.

References
----------
Linden, Smith and York (2003), Amazon.com recommendations: item-to-item collaborative filtering,
IEEE Internet Computing 7(1), 76-80.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from scipy import sparse

from segml.ledger import Baskets, Level, baskets, off_sale
from segml.portfolio.scene import YEAR, Flags, Scene, Values

LEVELS: tuple[Level, ...] = ("category", "product")
NAMED = 3
"""Items named a client and level, at most."""
LEAST_SUPPORT = 10
"""Clients that bought both items; below it the share is chance."""
NEIGHBOURS = 50
"""Items kept beside each item, the most telling: what is far down adds noise, and weight."""
CHUNK = 50_000
"""Clients scored at a time."""
DENSE = 4_000_000
"""Pairs of items, at most, whose weights are looked up in a whole matrix."""
COLUMNS = (
    *("client_id", "level", "rank", "item", "like"),
    *("share", "lift", "support", "comparable", "score"),
)
"""The columns of the published table."""


def next_need(scene: Scene) -> Iterator[pd.DataFrame]:
    """What each active client may need next, at most three categories and three products.

    Parameters
    ----------
    scene
        The scored date.

    Yields
    ------
    DataFrame
        Some clients' rows, one a client, level and rank, sorted by them; the columns of the
        published table. Nothing is named where the ledger has neither column.
    """
    count = len(scene.book)
    held = {level: baskets(scene.past, level, days=YEAR) for level in LEVELS}
    told = {
        level: Pairs(each, count, gone=off_sale(scene.past, level, days=YEAR))
        for level, each in held.items()
        if each.items
    }
    if not told:
        return
    active = np.flatnonzero((scene.book["status"] == "active").to_numpy(dtype=bool))
    ids = scene.book["client_id"].to_numpy(dtype=object)
    for start in range(0, len(active), CHUNK):
        places = active[start : start + CHUNK]
        rows = pd.concat([pairs.named(places).assign(level=level) for level, pairs in told.items()])
        rows = rows.sort_values(["place", "level", "rank"], ignore_index=True)
        yield rows.assign(client_id=ids[rows["place"]])[list(COLUMNS)]


class Pairs:
    """How often items are bought by the same clients, as sparse matrices.

    Parameters
    ----------
    held
        What every client bought.
    clients
        How many clients there are.
    gone
        Items that are never named; of whoever has them they tell as any other.
    """

    def __init__(self, held: Baskets, clients: int, *, gone: Collection[str] = ()) -> None:
        items, bought = len(held.items), held.bought > 0
        shape = (clients, items)
        self.has = _flags(held.place[bought], held.item[bought], shape)
        barred = bought | held.returned
        self.barred = _flags(held.place[barred], held.item[barred], shape)
        self.buyers = np.asarray(self.has.sum(axis=0), dtype=np.float64).ravel()
        self.clients = int((np.diff(self.has.indptr) > 0).sum())
        self.names = np.array(held.items, dtype=object)
        self.pairs = self._beside(np.isin(held.items, list(gone)))
        where = (self.pairs["one"].to_numpy(), self.pairs["other"].to_numpy())
        self.weight = sparse.csr_array(
            (self.pairs["weight"].to_numpy(), where), shape=(items, items)
        )

    def _beside(self, gone: Flags) -> pd.DataFrame:
        """The telling pairs of items, sorted by `code`: clients with both, share and lift."""
        together = sparse.coo_array(self.has.T @ self.has)
        one, other = (each.astype(np.int64) for each in together.coords)
        pairs = pd.DataFrame({"one": one, "other": other, "support": together.data})
        # who buys an item says nothing of another that is bought no more often than by anyone
        pairs = pairs[(pairs["one"] != pairs["other"]) & (pairs["support"] >= LEAST_SUPPORT)]
        pairs = pairs[~gone[pairs["other"]]]
        buyers = self.buyers[pairs["one"]], self.buyers[pairs["other"]]
        share = pairs["support"] / buyers[0]
        lift = share * self.clients / buyers[1]
        pairs = pairs.assign(share=share, lift=lift, weight=share * np.log1p(lift))[lift > 1.0]
        pairs = pairs.sort_values(["one", "weight", "other"], ascending=[True, False, True])
        pairs = pairs[pairs.groupby("one").cumcount() < NEIGHBOURS]
        pairs["code"] = pairs["one"] * len(self.names) + pairs["other"]
        return pairs.sort_values("code", ignore_index=True)

    def named(self, places: np.ndarray) -> pd.DataFrame:
        """The items named to some clients, the best first.

        Parameters
        ----------
        places
            Of the clients, rising.
        """
        has = self.has[places]
        found = sparse.csr_array(has @ self.weight)
        found = sparse.coo_array(found - found.multiply(self.barred[places]))
        rows, item = found.coords
        owned = np.maximum(np.diff(has.indptr), 1)
        score = found.data / owned[rows]
        told = score > 0
        return self._best(places, rows[told], item[told], score[told])

    def _best(
        self, chunk: np.ndarray, rows: np.ndarray, item: np.ndarray, score: Values
    ) -> pd.DataFrame:
        rows, item, score, rank = _leading(rows, item, score)
        beside = self._most_telling(chunk[rows], item)
        codes = self.pairs["code"].to_numpy()
        told = self.pairs.iloc[np.searchsorted(codes, beside * len(self.names) + item)]
        return pd.DataFrame(
            {
                "place": chunk[rows],
                "rank": rank,
                "item": pd.Series(self.names[item], dtype="str"),
                "like": pd.Series(self.names[beside], dtype="str"),
                "share": told["share"].to_numpy(),
                "lift": told["lift"].to_numpy(),
                "support": told["support"].to_numpy().astype(np.int64),
                "comparable": self.buyers[beside].astype(np.int64),
                "score": score,
            }
        )

    def _most_telling(self, places: np.ndarray, item: np.ndarray) -> np.ndarray:
        """Of what each client has, the item that says most about the one named to it."""
        has = self.has[places]
        owned = np.diff(has.indptr)
        wanted = np.repeat(item, owned)
        said = self._weights(has.indices, wanted)
        first = np.cumsum(owned) - owned
        most = np.maximum.reduceat(said, first)
        # of equals the first item, as the items of a client stand in order
        telling = np.flatnonzero(said == np.repeat(most, owned))
        return np.asarray(has.indices[telling[np.searchsorted(telling, first)]], dtype=np.int64)

    def _weights(self, one: np.ndarray, other: np.ndarray) -> Values:
        """How telling one item is for another, zero where it is not, shape (n,)."""
        codes = self.pairs["code"].to_numpy()
        asked = one.astype(np.int64) * len(self.names) + other
        if len(self.names) ** 2 <= DENSE:
            return np.asarray(self.weight.toarray().ravel()[asked], dtype=np.float64)
        place = np.searchsorted(codes, asked).clip(max=len(codes) - 1)
        weight = self.pairs["weight"].to_numpy()[place]
        return np.where(codes[place] == asked, weight, 0.0)


def _leading(
    rows: np.ndarray, item: np.ndarray, score: Values
) -> tuple[np.ndarray, np.ndarray, Values, np.ndarray]:
    """The `NAMED` best of each row, of equals the first item, with their ranks from 1 on.

    Rows come in order, an item once a row, scores above zero. Passes over all of them, as many as
    are named, cost a fraction of sorting them.
    """
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    many = np.diff(first, append=len(rows))
    left = score.copy()
    found: list[np.ndarray] = []
    ranks: list[np.ndarray] = []
    for rank in range(1, NAMED + 1):
        leads = left == np.repeat(np.maximum.reduceat(left, first), many)
        named = np.minimum.reduceat(np.where(leads, item, np.iinfo(item.dtype).max), first)
        taken = np.flatnonzero(leads & (item == np.repeat(named, many)) & (left > 0.0))
        left[taken] = 0.0
        found.append(taken)
        ranks.append(np.full(len(taken), rank))
    taken, rank_of = np.concatenate(found), np.concatenate(ranks)
    order = np.lexsort((rank_of, rows[taken]))
    taken = taken[order]
    return rows[taken], item[taken], score[taken], rank_of[order]


def _flags(place: np.ndarray, item: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(place)), (place, item)), shape=shape)
