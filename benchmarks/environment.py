"""The machine and the libraries, in a line each."""

from __future__ import annotations

import os
import platform
from importlib import metadata

LIBRARIES = (
    "duckdb",
    "lightgbm",
    "mlflow",
    "numba",
    "numpy",
    "pandas",
    "scikit-learn",
    "segml",
    "shap",
)


def environment() -> str:
    versions = " ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{platform.platform()}, {os.cpu_count()} processors, load {load}\n"
        f"Python {platform.python_version()}, {versions}"
    )
