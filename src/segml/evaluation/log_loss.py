"""Log loss: the surprise of a probability."""

from segml.outcomes.validation import log_loss

__all__ = ["log_loss"]
