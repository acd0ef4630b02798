"""The bundle as an MLflow pyfunc: models-from-code, our own verified loader, a declared signature.

`mlflow.pyfunc.load_model(uri).predict(features)` takes the columns of `features.parquet` and
gives one row a row. It is a convenience for people who trust their tracking server: whoever can
edit a logged model can edit the code it runs. `segml score` takes the champion from
`registry.json` and never comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.scoring import contact_columns, expected_first_years
from segml.scoring.prospects import MONEY
from segml.stores.door import quietly
from segml.words.errors import BundleRefused

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature
    from mlflow.pyfunc import PythonModel

    from segml.bundle import Bundle

Matrix = npt.NDArray[Any]

OUTPUTS: Mapping[str, str] = {
    "tier": "string",
    "tier_rank": "long",
    "tier_margin": "double",
    "tier_rival": "string",
    "raw_churn": "double",
    "p_churn": "double",
    "p_churn_low": "double",
    "p_churn_high": "double",
    "raw_potential": "double",
    "expected_profit": "double",
    "expected_profit_low": "double",
    "expected_profit_high": "double",
    "median_profit": "double",
}
"""What `predict` gives, column to MLflow type: as in `scores.parquet`, without a previous tier."""

_PINNED = ("segml", "mlflow", "lightgbm", "scikit-learn", "scipy", "numpy", "pandas", "joblib")
_CODE = Path(__file__).with_name("model_code.py")
_ARTIFACT = "bundle"
_DIGEST = "manifest_digest"


def python_model() -> PythonModel:
    """The model MLflow calls: loads the bundle through its digests, predicts on feature frames."""
    with quietly():
        from mlflow.pyfunc import PythonModel

        class BundleModel(PythonModel):  # type: ignore[misc]  # MLflow is not typed for us
            def load_context(self, context: Any) -> None:
                from segml.bundle import load

                folder = Path(context.artifacts[_ARTIFACT])
                self.bundle = load(folder, manifest_digest=context.model_config[_DIGEST])

            def predict(
                self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
            ) -> pd.DataFrame:
                return predict(self.bundle, model_input)

        return BundleModel()


def save_pyfunc(
    target: Path, bundle: Bundle, bundle_folder: Path, *, manifest_digest: str, model: Model
) -> None:
    """Write a bundle to a folder as an MLflow model.

    Parameters
    ----------
    target
        A folder that does not exist yet.
    bundle
        What `bundle_folder` holds, as our loader read it.
    bundle_folder
        The version's folder; its files are copied as they are.
    manifest_digest
        What the registry says its manifest's digest is; the copy is held to it on every load.
    model
        MLflow's own description to fill in (it knows the run and the model id).
    """
    with quietly():
        import mlflow.pyfunc

        mlflow.pyfunc.save_model(
            path=str(target),
            python_model=str(_CODE),
            artifacts={_ARTIFACT: str(bundle_folder)},
            model_config={_DIGEST: manifest_digest},
            signature=signature(bundle),
            input_example=example(bundle),
            pip_requirements=requirements(),
            mlflow_model=model,
        )


def predict(bundle: Bundle, features: pd.DataFrame) -> pd.DataFrame:
    """Scores of a feature frame, one row a row, the index kept; columns as in `OUTPUTS`.

    Numbers are rounded to float32 first, as `features` does, so that tiers and models see what
    they were trained on. There is no previous tier, hence no hysteresis. The money of a prospect is
    that of its first year, as in `scores.parquet`: null where the bundle has no model of it.

    Parameters
    ----------
    bundle
        The trained value.
    features
        The encoder's columns and, of prospects, `scoring.contact_columns`, in any order; others are
        left out. Who has no `silence_days` is a prospect.

    Raises
    ------
    BundleRefused
        If a column is missing.
    DataRefused
        If a number is infinite or no number, or a category no text.
    """
    known = [name for name in bundle.encoder.columns if name in features.columns]
    frame = features[known]
    X = bundle.encoder.matrix(frame)
    numbers = {
        f.name: X[:, i] for i, f in enumerate(bundle.encoder.features) if f.unit != "category"
    }
    tiers = bundle.tiers.assign(frame.assign(**numbers))
    silence = numbers["silence_days"]
    scored = tiers.assign(**_churn(bundle, X, silence), **_potential(bundle, X, silence, features))
    return scored[list(OUTPUTS)].astype({"tier_rank": "int64"})


def _churn(bundle: Bundle, X: Matrix, silence: Matrix) -> dict[str, Matrix]:
    """Raw for every row; probability and interval are NaN unless it bought within active_days."""
    raw = bundle.churn.raw(X)
    low, high = bundle.churn.calibration.interval(raw)
    p = bundle.churn.calibration.probability(raw)
    active = silence <= bundle.features.active_days
    shown = {"p_churn": p, "p_churn_low": low, "p_churn_high": high}
    return {"raw_churn": raw} | {k: np.where(active, v, np.nan) for k, v in shown.items()}


def _potential(
    bundle: Bundle, X: Matrix, silence: Matrix, features: pd.DataFrame
) -> dict[str, Matrix]:
    model = bundle.potential
    low, median, high = model.interval(X)
    money = np.stack([model.expected(X), low, high, median], axis=1)
    prospect = np.isnan(silence)
    if prospect.any():
        money[prospect] = _first_years(bundle, features[prospect])
    return {"raw_potential": model.raw(X)} | dict(zip(MONEY, money.T, strict=True))


def _first_years(bundle: Bundle, prospects: pd.DataFrame) -> Matrix:
    """The money of prospects, (n, 4)."""
    if bundle.prospects is None:
        return np.full((len(prospects), len(MONEY)), np.nan)
    missing = [name for name in bundle.prospects.design.features if name not in prospects]
    if missing:
        raise BundleRefused(
            f"{len(prospects):,} rows are prospects (without `silence_days`), and what is known of "
            f"them at first contact is missing: {', '.join(missing)}",
            allowed="the columns of `features.parquet`, those of prospects too",
            next_step="pass that table as `segml score` wrote it, or rows of clients that bought",
        )
    return expected_first_years(bundle.prospects, prospects).to_numpy(np.float64)


def signature(bundle: Bundle) -> ModelSignature:
    """The declared signature: numbers as double, categories as string, none inferred.

    What is known of prospects alone may be left out where no row is one.
    Inference drops a signature with nullable integers in silence, so nothing is left to it.
    """
    with quietly():
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        inputs = [
            ColSpec("string" if feature.is_categorical else "double", feature.name)
            for feature in bundle.encoder.features
        ]
        inputs += [
            ColSpec("string" if each.is_categorical else "double", each.name, required=False)
            for each in contact_columns(bundle)
        ]
        outputs = [ColSpec(kind, name) for name, kind in OUTPUTS.items()]
        return ModelSignature(Schema(inputs), Schema(outputs))


def example(bundle: Bundle) -> pd.DataFrame:
    """One made-up row with the input's columns: an example is stored in clear, so no client's."""
    return pd.DataFrame(
        {
            feature.name: ["example"] if feature.is_categorical else [1.0]
            for feature in bundle.encoder.features
        }
    )


def requirements() -> list[str]:
    """What loading needs, pinned to the versions installed here (inferring costs seconds)."""
    return [f"{name}=={metadata.version(name)}" for name in _PINNED]
