"""The care of a first year, minutes or money, from the columns its profit is learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.outcomes.amount import scale_of
from segml.outcomes.first_amount import FirstAmount, fit_first_amount
from segml.outcomes.ridge import Ridge, fit_ridge

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Care:
    """An amount that is never negative (minutes, cost to serve) from the same columns."""

    ridge: Ridge
    amount: FirstAmount

    def expected(self, Z: Values) -> Values:
        """The expected amount of rows of shape (n, p), shape (n,)."""
        return np.maximum(self.amount.expected(self.ridge.raw(Z)), 0.0)

    def to_json(self) -> dict[str, Any]:
        """The amount's model as plain values."""
        return {"ridge": self.ridge.to_json(), "amount": self.amount.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Care:
        """The model read back, equal to the one written."""
        return cls(
            ridge=Ridge.from_json(value["ridge"]), amount=FirstAmount.from_json(value["amount"])
        )


def fit_care(Z: Values, amounts: Values) -> Care:
    """The amount's model of newcomers.

    Parameters
    ----------
    Z
        float64 of shape (n, p), finite; columns with mean zero.
    amounts
        Minutes or money, shape (n,), none negative.
    """
    scale = scale_of(amounts)
    ridge, held = fit_ridge(Z, np.arcsinh(amounts / scale))
    return Care(ridge=ridge, amount=fit_first_amount(held, amounts, scale=scale))
