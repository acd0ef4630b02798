"""The model as MLflow runs it: this file is copied into every logged model and executed on load.

It holds no logic, so that an old logged model runs the verified loader of the segml installed.
"""

from __future__ import annotations

from segml.stores.pyfunc import python_model

if __name__ != "segml.stores.model_code":  # imported by its name it does nothing
    from mlflow.models import set_model

    set_model(python_model())
