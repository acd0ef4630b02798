"""Files that run code, or end the process, in a tool that loads them without a second look.

Each makes a folder named after it when it fires: its canary. `naive` loads every one of them as its
tool's own page of first steps does, so that a payload which fires nowhere is found out. No test
may load one in its own process: start this file as a script.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import cloudpickle
import joblib
import numpy as np


class Makes:
    """What makes a folder when it is unpickled."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (self.folder,)


def written(canaries: Path, forest: str) -> dict[str, bytes]:
    """Every payload by name: what a file of it holds.

    Parameters
    ----------
    canaries
        Where the folders would appear.
    forest
        The text of a LightGBM model, to be crafted.
    """
    at = {name: str(canaries / name) for name in NAIVE}
    joblib_file, array, skops_file = io.BytesIO(), io.BytesIO(), io.BytesIO()
    joblib.dump(Makes(at["joblib"]), joblib_file, compress=3)
    np.save(array, np.array([Makes(at["numpy"])], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(skops_file, "w") as file:
        file.writestr("schema.json", json.dumps(_skops_schema()))
    texts = {
        "pickle of 1996": f"cos\nmkdir\n(V{at['pickle of 1996']}\ntR.",
        "yaml": f"portfolio: !!python/object/apply:os.mkdir ['{at['yaml']}']\n",
        "jinja": f"{{{{ cycler.__init__.__globals__.os.mkdir('{at['jinja']}') }}}}",
        "mlflow loader": _mlmodel("loader_module: payload_loader\n    code: ."),
        "mlflow code": _mlmodel(
            "loader_module: mlflow.pyfunc.loaders.code_model\n    config: {}\n"
            "    model_code_path: payload_code.py\n    streamable: false"
        ),
        "requirements": "./\n",
        "duckdb": f"COPY (SELECT 1 AS a) TO '{at['duckdb']}'",
        "lightgbm": re.sub(r"left_child=-?\d+", "left_child=99999999", forest, count=1),
    }
    return {
        **{name: text.encode() for name, text in texts.items()},
        "pickle": pickle.dumps(Makes(at["pickle"]), 5),
        "cloudpickle": cloudpickle.dumps(_by_value(at["cloudpickle"])),
        "pandas": gzip.compress(pickle.dumps(Makes(at["pandas"]))),
        "joblib": joblib_file.getvalue(),
        "numpy": array.getvalue(),
        "skops": skops_file.getvalue(),
    }


def companions(canaries: Path) -> dict[str, str]:
    """Files that some payloads want beside them: modules, and a package to be built."""
    makes = "import os\nos.mkdir({!r})\n"
    return {
        "payload_skops.py": makes.format(str(canaries / "skops")) + "class Payload: pass\n",
        "payload_loader.py": makes.format(str(canaries / "mlflow loader")),
        "payload_code.py": makes.format(str(canaries / "mlflow code")),
        "payload_backend.py": makes.format(str(canaries / "requirements")),
        "pyproject.toml": (
            '[build-system]\nrequires = []\nbuild-backend = "payload_backend"\n'
            'backend-path = ["."]\n'
        ),
    }


def _skops_schema() -> dict[str, object]:
    """A dictionary of one type; to give it, its module is imported."""
    kind = {"__class__": "Payload", "__module__": "payload_skops", "__loader__": "TypeNode"}
    text = {"__class__": "str", "__module__": "builtins", "__loader__": "TypeNode"}
    keys = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    return {
        "__class__": "dict",
        "__module__": "builtins",
        "__loader__": "DictNode",
        "content": {"a": kind | {"__id__": 1}},
        "key_types": keys | {"content": [text | {"__id__": 2}], "__id__": 3},
        "__id__": 4,
        "protocol": 2,
        "_skops_version": "0.16.0",
    }


def _mlmodel(flavor: str) -> str:
    return f"flavors:\n  python_function:\n    {flavor}\nmlflow_version: 3.0.0\n"


def _by_value(folder: str) -> object:
    """An object whose class stands in no module, so that its code travels with it."""
    source = {
        "__reduce__": lambda _: ((lambda: __import__("os").mkdir(folder)), ()),
        "__module__": "__main__",
    }
    return type("Travels", (), source)()


def _requirements(path: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--no-index", "--no-build-isolation"),
            *("--no-deps", "--dry-run", "--quiet", "--disable-pip-version-check", "-r", path.name),
        ],
        cwd=path.parent,
        check=False,
        capture_output=True,
    )


def _load(path: Path, expression: str) -> None:
    """Do what a person types into a prompt in the folder of a file."""
    exec(expression, {"path": path, "text": path.read_bytes().decode("utf-8", "replace")})


MLFLOW = (
    "import shutil, mlflow; shutil.copy(path, path.parent / 'MLmodel'); "
    "mlflow.pyfunc.load_model(str(path.parent))"
)
NAIVE: dict[str, str] = {
    "pickle": "import pickle; pickle.load(path.open('rb'))",
    "pickle of 1996": "import pickle; pickle.load(path.open('rb'))",
    "cloudpickle": "import cloudpickle; cloudpickle.load(path.open('rb'))",
    "joblib": "import joblib; joblib.load(path)",
    "numpy": "import numpy; numpy.load(path, allow_pickle=True)",
    "pandas": "import pandas; pandas.read_pickle(path, compression='gzip')",
    "skops": "import skops.io as io; io.load(path, trusted=io.get_untrusted_types(file=path))",
    "yaml": "import yaml; yaml.load(text, yaml.UnsafeLoader)",
    "jinja": "import jinja2; jinja2.Template(text).render()",
    "duckdb": "import duckdb; duckdb.sql(text)",
    "mlflow loader": MLFLOW,
    "mlflow code": MLFLOW,
    "requirements": "",
    "lightgbm": "import lightgbm; lightgbm.Booster(model_str=text)",
}
"""What people type; the last one ends the process."""


def naive(folder: Path) -> None:
    """Load every payload of a folder by its own tool, whatever becomes of it."""
    sys.path.insert(0, str(folder))
    for name, expression in NAIVE.items():
        path = folder / name
        with suppress(Exception):  # what fires may fail afterwards
            _load(path, expression) if expression else _requirements(path)


if __name__ == "__main__":
    naive(Path(sys.argv[1]))
