"""The encoder: a feature frame as the matrix a model reads, held to the columns it learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features.levels import shared_levels
from segml.features.own_season import OWN_FEATURES
from segml.words.errors import BundleRefused, DataRefused
from segml.words.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """The features of a model in their order, and the code of every category seen at training.

    Parameters
    ----------
    features
        One a column of the matrix.
    levels
        For each text feature its categories, sorted; the code is the place.

    Raises
    ------
    ValueError
        If exactly the text features do not have levels, or a feature stands twice.
    """

    features: tuple[Feature, ...]
    levels: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        text = {feature.name for feature in self.features if feature.is_categorical}
        if text != set(self.levels) or len(set(self.columns)) != len(self.features):
            raise ValueError("each feature stands once, and exactly the text features have levels")

    @classmethod
    def learn(
        cls, frames: pd.DataFrame | Sequence[pd.DataFrame], features: Iterable[Feature]
    ) -> Self:
        """The encoder of some features, with the categories that several clients have.

        Parameters
        ----------
        frames
            One snapshot's feature frame, or several.
        features
            Those to encode, in the order of the matrix.
        """
        features = tuple(features)
        given = [frames] if isinstance(frames, pd.DataFrame) else list(frames)
        levels = {
            feature.name: tuple(sorted(shared_levels(frame[feature.name] for frame in given)))
            for feature in features
            if feature.is_categorical
        }
        return cls(features=features, levels=levels)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the matrix's columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def categorical(self) -> tuple[int, ...]:
        """The places of the columns that hold codes."""
        return tuple(i for i, feature in enumerate(self.features) if feature.is_categorical)

    @property
    def monotone(self) -> tuple[int, ...]:
        """The sign of each column's effect on churn where it is certain, else 0."""
        return tuple(feature.churn_sign for feature in self.features)

    def matrix(self, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
        """The matrix of a feature frame, shape (rows, columns), float32.

        Numbers are taken as they are, NaN for missing; a category becomes its code, and one
        that was not seen at training becomes NaN.

        Parameters
        ----------
        frame
            The encoder's columns, in its order, and no others but features that came later
            (`own_season.OWN_FEATURES`): a model that has not learnt them goes on without.

        Raises
        ------
        BundleRefused
            If a column is missing, new or out of order; the message has one line a column.
        DataRefused
            If a number is infinite, a number's column holds texts, days, truths or anything else
            that is no number, or a category's holds what is no text.
        """
        later = [name for name in OWN_FEATURES if name in frame and name not in self.columns]
        frame = frame.drop(columns=later) if later else frame
        self._require_columns(frame)
        matrix = np.empty((len(frame), len(self.features)), dtype=np.float32)
        for place, feature in enumerate(self.features):
            if feature.is_categorical:
                matrix[:, place] = self._codes(frame[feature.name])
            else:
                matrix[:, place] = _numbers(frame[feature.name])
        return matrix

    def to_json(self) -> dict[str, Any]:
        """The encoder as plain values."""
        return {
            "features": [asdict(feature) for feature in self.features],
            "levels": {name: list(self.levels[name]) for name in sorted(self.levels)},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The encoder read back; equal to the one that was written."""
        return cls(
            features=tuple(Feature(**one) for one in value["features"]),
            levels={name: tuple(known) for name, known in value["levels"].items()},
        )

    def _codes(self, values: pd.Series) -> npt.NDArray[np.float32]:
        known = {level: float(code) for code, level in enumerate(self.levels[str(values.name)])}
        try:
            places, found = pd.factorize(values)
        except TypeError as error:  # what cannot be counted: lists and the like
            raise _refused(values, _TEXTS) from error
        if not all(isinstance(value, str) for value in found):
            raise _refused(values, _TEXTS)
        codes = [*(known.get(value, np.nan) for value in found), np.nan]  # the last: no value
        return np.array(codes, dtype=np.float32)[places]

    def _require_columns(self, frame: pd.DataFrame) -> None:
        found = tuple(str(column) for column in frame.columns)
        if found == self.columns:
            return
        lines = [f"- {name} (missing)" for name in self.columns if name not in found]
        lines += [f"+ {name} (unknown)" for name in found if name not in self.columns]
        lines += [f"+ {name} (twice)" for name in self.columns if found.count(name) > 1]
        if not lines:
            pairs = zip(self.columns, found, strict=False)
            lines = [f"~ {there} where {own} belongs" for own, there in pairs if own != there]
        raise BundleRefused(
            "a feature frame with other columns than the model's:\n" + "\n".join(lines) + "\n",
            allowed=f"the model's {len(self.columns)} columns in their order",
            next_step="score with the ledger and configuration the model was trained on, or train",
        )


_NUMBERS = "numbers, NaN for missing"
_TEXTS = "texts, None for missing"
_KINDS = frozenset({"floating", "integer", "mixed-integer-float", "decimal", "empty"})
"""What a column of objects may hold, in pandas' words."""


def _numbers(values: pd.Series) -> npt.NDArray[np.float32]:
    if not _is_numeric(values):
        raise _refused(values, _NUMBERS)
    try:
        with np.errstate(over="ignore"):  # beyond float32 is infinite, and told as such
            numbers = values.to_numpy(dtype=np.float32, na_value=np.nan)
    except (TypeError, ValueError, OverflowError) as error:
        raise _refused(values, _NUMBERS) from error
    infinite = int(np.isinf(numbers).sum())
    if infinite:
        raise DataRefused(
            f"feature `{values.name}` is infinite in {infinite:,} of {len(numbers):,} rows",
            allowed="finite numbers, NaN for missing",
            next_step="look for amounts beyond any sense in the ledger",
        )
    return numbers


def _is_numeric(values: pd.Series) -> bool:
    """Whether a column holds real numbers: no texts of them, no days, no truths."""
    if values.dtype == object:
        return pd.api.types.infer_dtype(values, skipna=True) in _KINDS
    return pd.api.types.is_numeric_dtype(values.dtype) and not (
        pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_complex_dtype(values.dtype)
    )


def _refused(values: pd.Series, allowed: str) -> DataRefused:
    found = pd.api.types.infer_dtype(values, skipna=True)
    held = {"string": "text", "floating": "numbers", "integer": "whole numbers"}.get(found, found)
    return DataRefused(
        f"feature `{values.name}` holds {held}",
        allowed=allowed,
        next_step="pass a frame made by `snapshot`",
    )
