"""Brier score: the squared error of a probability."""

from segml.outcomes.validation import brier

__all__ = ["brier"]
