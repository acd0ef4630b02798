"""Every notebook runs top to bottom on simulated data, and is stored without outputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
KERNEL = "segml-tests"
LONGEST_CELL = 300
SHELLS = ("In", "Out", "exit", "quit", "get_ipython", "open")
"""What a new kernel's namespace holds."""


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _code_cells(path: Path) -> list[Any]:
    return [cell for cell in _read(path).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running kernel of the interpreter that runs the tests, whatever kernels this user has.

    One for all notebooks: what they import is loaded once.
    """
    from ipykernel.kernelspec import install
    from jupyter_client.manager import KernelManager

    folder = tmp_path_factory.mktemp("kernel")
    install(kernel_name=KERNEL, prefix=str(folder))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JUPYTER_PATH", str(folder / "share" / "jupyter"))
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "TMPDIR"):
            (folder / name.lower()).mkdir()
            patched.setenv(name, str(folder / name.lower()))
        patched.delenv("MLFLOW_TRACKING_URI", raising=False)
        manager = KernelManager(kernel_name=KERNEL)
        manager.start_kernel()
        yield manager
        manager.shutdown_kernel()


def _afresh(folder: Path) -> str:
    """What a kernel does before a notebook: nothing of the one before it is left but modules."""
    return f"""
%reset -f
import os
os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow sets it where a notebook names its server
os.chdir({str(folder)!r})
%reset -f
assert not [name for name in dir() if not name.startswith("_") and name not in {SHELLS}]
"""


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    for cell in _code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_defines_nothing(path: Path) -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for cell in _code_cells(path):
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_top_to_bottom(path: Path, tmp_path: Path, kernel: Any) -> None:
    from nbclient import NotebookClient

    notebook = _read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_afresh(tmp_path)))
    client = NotebookClient(notebook, timeout=LONGEST_CELL, km=kernel)
    try:
        done = client.execute()
    finally:
        client.kc.stop_channels()  # of a kernel that it did not begin it closes none
    assert all(cell.execution_count for cell in done.cells if cell.cell_type == "code")
