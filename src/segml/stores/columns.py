"""Columns of a published table held in memory, each as small as what it holds.

A text with few values is a code a row, a figure is a NumPy array with NaN for null, any other text
stays as Arrow has it. A column is read when it is first asked for, and never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Places = npt.NDArray[np.int32]
"""Rows by their place, in any order."""
Mask = npt.NDArray[np.bool_]
"""Whether each row is meant."""


class Column(Protocol):
    """What each kind of column can do."""

    def at(self, places: Places) -> list[Any]:
        """The values of some rows as Python's own, null as None."""
        ...

    def arrow(self, places: Places | None = None) -> pa.Array:
        """The values of some rows, or of all, as Arrow has them."""
        ...


class Figures:
    """Numbers or flags.

    Parameters
    ----------
    values
        Shape (n,); NaN is null.
    """

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values = values

    def at(self, places: Places) -> list[Any]:
        """As `Column`."""
        return nulled(self.values[places].tolist())

    def arrow(self, places: Places | None = None) -> pa.Array:
        """As `Column`."""
        return pa.array(self.values if places is None else self.values[places], from_pandas=True)


class Coded:
    """A text with few values.

    Parameters
    ----------
    codes
        Shape (n,): the place of each row's value in `words`, -1 for null.
    words
        The values.
    """

    def __init__(self, codes: npt.NDArray[np.integer], words: Sequence[str]) -> None:
        self.codes, self.words = codes, tuple(words)

    def at(self, places: Places) -> list[Any]:
        """As `Column`."""
        return [None if code < 0 else self.words[code] for code in self.codes[places].tolist()]

    def arrow(self, places: Places | None = None) -> pa.Array:
        """As `Column`; a dictionary."""
        codes = self.codes if places is None else self.codes[places]
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), list(self.words))

    def equals(self, *values: str) -> Mask:
        """The rows that hold one of these values."""
        codes = [code for code, word in enumerate(self.words) if word in values]
        if len(codes) == 1:
            mask: Mask = self.codes == codes[0]
            return mask
        return np.isin(self.codes, codes)


class Texts:
    """Any text.

    Parameters
    ----------
    values
        Length n.
    """

    def __init__(self, values: pa.Array) -> None:
        self.values = values

    def at(self, places: Places) -> list[Any]:
        """As `Column`."""
        return list(self.arrow(places).to_pylist())

    def arrow(self, places: Places | None = None) -> pa.Array:
        """As `Column`."""
        return self.values if places is None else self.values.take(pa.array(places))


def column_of(values: pa.ChunkedArray) -> Column:
    """A column as it is held.

    Parameters
    ----------
    values
        As it was read: a dictionary where a text has few values.
    """
    if pa.types.is_dictionary(values.type):
        whole = values.unify_dictionaries().combine_chunks()
        words = whole.dictionary.to_pylist()
        size = np.min_scalar_type(-max(len(words), 1))
        return Coded(pc.fill_null(whole.indices, -1).to_numpy().astype(size), words)
    whole = values.combine_chunks()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return Texts(whole)
    return Figures(whole.to_numpy(zero_copy_only=False))


def nulled(values: list[Any]) -> list[Any]:
    """The same values, None for NaN."""
    return [None if one != one else one for one in values]  # noqa: PLR0124 - as NaN alone is
