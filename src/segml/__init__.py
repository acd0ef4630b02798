"""segml: value tiers, churn and potential with exact reasons, and why a key client was lost.

Whatever a command does is a function here that takes a configuration (a path, or settings that
were read) and returns frames and values. The functions load when they are first named, so that
importing segml stays light.

Examples
--------
>>> import segml
>>> sorted(segml.__all__)  # doctest: +NORMALIZE_WHITESPACE
['__version__', 'analyse_losses', 'backfill', 'backtest', 'check', 'compare_schemes', 'demo',
 'explain', 'forget', 'judge_scores', 'list_models', 'promote', 'read_settings', 'rollback',
 'score', 'train', 'tune', 'write_report', 'write_world']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segml.flows.backfill import backfill
    from segml.flows.backtest import backtest
    from segml.flows.check import check
    from segml.flows.demo import demo
    from segml.flows.explain import explain
    from segml.flows.forget import forget
    from segml.flows.losses import analyse_losses
    from segml.flows.promote import promote
    from segml.flows.realised import judge_scores
    from segml.flows.report import write_report
    from segml.flows.schemes import compare_schemes
    from segml.flows.score import score
    from segml.flows.settings import read_settings
    from segml.flows.train import train
    from segml.flows.tune import tune
    from segml.flows.versions import list_models, rollback
    from segml.flows.world import write_world

__version__ = "0.1.0"

_FACE = {
    "analyse_losses": "losses",
    "backfill": "backfill",
    "backtest": "backtest",
    "check": "check",
    "compare_schemes": "schemes",
    "demo": "demo",
    "explain": "explain",
    "forget": "forget",
    "judge_scores": "realised",
    "list_models": "versions",
    "promote": "promote",
    "read_settings": "settings",
    "rollback": "versions",
    "score": "score",
    "train": "train",
    "tune": "tune",
    "write_report": "report",
    "write_world": "world",
}

__all__ = [
    "__version__",
    "analyse_losses",
    "backfill",
    "backtest",
    "check",
    "compare_schemes",
    "demo",
    "explain",
    "forget",
    "judge_scores",
    "list_models",
    "promote",
    "read_settings",
    "rollback",
    "score",
    "train",
    "tune",
    "write_report",
    "write_world",
]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'segml' has no attribute {name!r}")
    return getattr(import_module(f"segml.flows.{_FACE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
