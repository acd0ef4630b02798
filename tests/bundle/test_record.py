import json

import numpy as np

from segml.bundle.record import (
    OutcomeRecord,
    TrainingRecord,
    library_versions,
    plain,
    record_from_json,
    record_to_json,
)

OUTCOME = OutcomeRecord(
    cutoffs=(1, 2, 3),
    horizon_days=90,
    rows=10,
    label_rate=0.3,
    metrics={"auc": 0.7, "auc_key": None},
    details={"folds": [1, 2]},
)
RECORD = TrainingRecord(
    churn=OUTCOME,
    potential=OUTCOME,
    notes=("one",),
    counts={"active": 3},
    tiers=({"name": "tier 1", "clients": 3},),
    first_day=0,
    last_day=9,
    fingerprint="ab",
    state={"r": 0.25},
    versions=library_versions(),
)


def test_a_record_read_back_is_equal() -> None:
    assert record_from_json(json.loads(json.dumps(record_to_json(RECORD)))) == RECORD


def test_what_json_has_no_word_for_becomes_plain() -> None:
    assert plain({"a": np.float32(0.5), "b": (np.int64(1), float("nan")), "c": np.arange(2)}) == {
        "a": 0.5,
        "b": [1, None],
        "c": [0, 1],
    }


def test_the_versions_name_what_a_fit_depends_on() -> None:
    assert {"python", "lightgbm", "numpy", "pandas", "scikit-learn"} <= set(library_versions())
