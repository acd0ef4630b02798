"""AUC: whether a lost client ranks above one that stayed."""

from segml.outcomes.validation import auc

__all__ = ["auc"]
