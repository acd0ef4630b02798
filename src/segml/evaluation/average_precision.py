"""Average precision: how pure the top of the list of risks is."""

from segml.outcomes.validation import average_precision

__all__ = ["average_precision"]
