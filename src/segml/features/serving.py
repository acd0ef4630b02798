"""Cost to serve and profit over windows: what lines, contacts, bills and acquisition cost.

The parts are the ledger's own (`segml.ledger.economics`): a line's handling and commission, a
contact's minutes and cost, an invoice's overdue money and bad debt. Each is rounded to integer
millionths a row and window before it is summed, and the profit is never clipped.
"""

from __future__ import annotations

from segml.features.family import Measure
from segml.features.measures import MICRO, money

WINDOWS: dict[str, tuple[int, int]] = {
    "90": (90, 0),
    "180": (180, 0),
    "365": (365, 0),
    "prev_365": (730, 365),
    "before_180": (545, 180),
}
"""Name of a window to its ages (last, after): the days aged over `after` and up to `last`."""

ACQUISITION_WINDOWS = ("90", "365", "prev_365")
"""The windows over which the acquisition share is known."""


def serve_measures(window: str) -> tuple[Measure, ...]:
    """What the cost to serve of a window is measured by.

    Parameters
    ----------
    window
        A name of `WINDOWS`.
    """
    last, after = WINDOWS[window]
    debts = f"cast(sum(debt_{window}) as double) / {MICRO}"
    return (
        money("daily", f"line_serve_{window}", "serve", last=last, after=after),
        money("contact", f"contact_cost_{window}", "cost", last=last, after=after),
        Measure(stage="bill", name=f"debt_{window}", sql=debts),
    )


def serve(window: str) -> str:
    """The SQL of a client's cost to serve in a window.

    Parameters
    ----------
    window
        A name of `WINDOWS`; the family takes its `serve_measures`.

    Examples
    --------
    >>> serve("365")
    '(line_serve_365 + contact_cost_365 + debt_365)'
    """
    return f"(line_serve_{window} + contact_cost_{window} + debt_{window})"


def profit_measures(window: str) -> tuple[Measure, ...]:
    """What the profit of a window is measured by.

    Parameters
    ----------
    window
        One of `ACQUISITION_WINDOWS`.
    """
    last, after = WINDOWS[window]
    _, *beside = serve_measures(window)
    lines = money("daily", f"line_profit_{window}", "profit", last=last, after=after)
    return (lines, *beside)


def profit(window: str) -> str:
    """The SQL of a client's profit in a window.

    Parameters
    ----------
    window
        One of `ACQUISITION_WINDOWS`; the family takes its `profit_measures`.

    Examples
    --------
    >>> profit("90")
    '(line_profit_90 - contact_cost_90 - debt_90 - acquisition_90)'
    """
    return f"(line_profit_{window} - contact_cost_{window} - debt_{window} - acquisition_{window})"
