"""segml: value tiers, churn and potential with exact reasons, and why a key client was lost."""

__version__ = "0.1.0"
