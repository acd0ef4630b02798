"""The frame of every run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import scipy.linalg  # noqa: F401  # with a BLAS of its own
from threadpoolctl import (  # type: ignore[import-untyped]  # ships no stubs
    threadpool_info,
    threadpool_limits,
)

from segml import read_settings
from segml.flows.session import session


def test_a_run_has_one_thread_of_every_blas_and_leaves_them_as_they_were(tmp_path: Path) -> None:
    config = tmp_path / "segml.yaml"
    config.write_text(
        "portfolio: shop\nledger: {transactions: {path: sales.csv}}\n"
        "economics: {currency: EUR, margin_rate: 0.3}\n",
        "utf-8",
    )
    with threadpool_limits(limits=2, user_api="blas"):
        before = _threads()
        with session(read_settings(config), "segml train", create=True):
            meanwhile = _threads()
        assert set(before.values()) == {2}
        assert meanwhile == dict.fromkeys(before, 1)
        assert _threads() == before


def _threads() -> dict[str, Any]:
    return {
        each["filepath"]: each["num_threads"]
        for each in threadpool_info()
        if each["user_api"] == "blas"
    }
