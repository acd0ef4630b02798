"""The frame of every run."""

from __future__ import annotations

import json
import os
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
    config = _config(tmp_path)
    with threadpool_limits(limits=2, user_api="blas"):
        before = _threads()
        with session(read_settings(config), "segml train", create=True):
            meanwhile = _threads()
        assert set(before.values()) == {2}
        assert meanwhile == dict.fromkeys(before, 1)
        assert _threads() == before


def test_a_run_and_a_study_show_each_its_own_signs_of_life_and_clear_its_own_leftovers(
    tmp_path: Path,
) -> None:
    settings = read_settings(_config(tmp_path))
    dead = f"tmp-{os.getpid()}-0123abcd"
    names = [".as_of=2011-06-01", ".backtest", ".tuning", ".heartbeat-shop@study.json"]
    for name in names:
        (settings.output / f"{name}.{dead}").mkdir(parents=True)

    def left() -> list[str]:
        return [name for name in names if (settings.output / f"{name}.{dead}").is_dir()]

    with session(settings, "segml train", create=True):
        assert left() == names[1:]
        with session(settings, "segml tune", create=True, is_study=True) as study:
            assert left() == []
            study.pulse.stage = "searching"
            study.pulse.beat("running")
    beats = {
        path.name: json.loads(path.read_text("utf-8"))
        for path in settings.output.glob("heartbeat-*")
    }
    assert {name: beat["command"] for name, beat in beats.items()} == {
        "heartbeat-shop.json": "train",
        "heartbeat-shop@study.json": "tune",
    }
    assert {beat["state"] for beat in beats.values()} == {"done"}


def _config(folder: Path) -> Path:
    config = folder / "segml.yaml"
    config.write_text(
        "portfolio: shop\nledger: {transactions: {path: sales.csv}}\n"
        "economics: {currency: EUR, margin_rate: 0.3}\n",
        "utf-8",
    )
    return config


def _threads() -> dict[str, Any]:
    return {
        each["filepath"]: each["num_threads"]
        for each in threadpool_info()
        if each["user_api"] == "blas"
    }
