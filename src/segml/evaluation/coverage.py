"""Coverage: how often what came lies within its interval."""

from segml.outcomes.validation import coverage

__all__ = ["coverage"]
