"""The card's part on the outlook: how each horizon was tried, and how it held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segml.bundle.value import Bundle

Rows = list[tuple[str, ...]]
_FOLDS: Mapping[str, str] = {
    "time and client": "later cut-offs, other clients",
    "client": "other clients of the same cut-offs",
    "none": "not tried",
}
CHURN_HEAD = ("days", "tried on", "rows", "label rate", "AUC", "Brier", "calibration error")
MOVES_HEAD = (
    *("days", "tried on", "rows", "rose", "fell", "log loss", "of the tiers' own rates"),
    *("calibration error, up", "down"),
)
SAID = (
    "Churn at other horizons is reached from the churn horizon step by step, each a logistic "
    "regression on buy-till-you-die theory and the churn score; no forest is grown for it, and no "
    "client's risk rises with the horizon. The chances of a higher and of a lower tier are a "
    "multinomial regression on where the client stands. Both were learnt on the churn cut-offs "
    "whose later day had come. What was tried on the same cut-offs lacks a season to come."
)


def churn_rows_of(bundle: Bundle) -> Rows:
    """One row a horizon but the churn horizon, under `CHURN_HEAD`."""
    heads = () if bundle.outlook is None else bundle.outlook.horizons.heads
    return [
        (
            str(head.horizon_days),
            *_tried(head.record),
            f"{100 * head.record['label_rate']:.1f} %",
            *_figures(head.record, "auc", "brier", "calibration_error"),
        )
        for head in heads
    ]


def move_rows_of(bundle: Bundle) -> Rows:
    """One row a horizon whose tier moves were learnt, under `MOVES_HEAD`."""
    moves = () if bundle.outlook is None else bundle.outlook.moves
    return [
        (
            str(one.horizon_days),
            *_tried(one.record),
            *(f"{100 * one.record[rate]:.1f} %" for rate in ("up_rate", "down_rate")),
            *_figures(one.record, "log_loss", "log_loss_of_rates"),
            *_figures(one.record, "up_calibration_error", "down_calibration_error"),
        )
        for one in moves
    ]


def _tried(record: Mapping[str, Any]) -> tuple[str, str]:
    return _FOLDS[record["folds"]], f"{record['validated_rows']:,}"


def _figures(record: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    found = (record["metrics"][name] for name in names)
    return tuple("–" if value is None else f"{value:.3f}" for value in found)
