"""Mean absolute error: money missed by the expectation, a client."""

from segml.outcomes.validation import mae

__all__ = ["mae"]
