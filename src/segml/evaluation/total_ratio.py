"""Total ratio: whether the portfolio as a whole is as large as expected."""

from segml.outcomes.validation import total_ratio

__all__ = ["total_ratio"]
