"""What reaches a model is what it learnt: other columns are refused, or the scores are the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace as Trained
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.stores import load_version, read_table
from segml.stores.pyfunc import predict
from segml.words.errors import BundleRefused, DataRefused

Retyped = Callable[[pd.Series], Any]
NUMBERS: dict[str, Retyped] = {
    "float64": lambda s: s.astype(np.float64),
    "objects": lambda s: s.astype(object),
    "nullable": lambda s: s.astype("Float64"),
    "Arrow": lambda s: s.astype("double[pyarrow]"),
    "texts of numbers": lambda s: s.map(str),
    "texts": lambda s: s.map("about {}".format),
    "empty texts": lambda s: s.map(lambda _: ""),
    "decimals": lambda s: s.map(lambda v: Decimal(str(v))),
    "categories": lambda s: s.astype("category"),
    "days": lambda s: pd.Series(pd.Timestamp("2012-05-01"), s.index),
    "spans": lambda s: pd.to_timedelta(s.fillna(0), unit="D"),
    "dates": lambda s: s.map(lambda _: dt.date(2012, 5, 1)),
    "complex": lambda s: s.astype(complex) + 1j,
    "lists": lambda s: s.map(lambda v: [v]),
    "bytes": lambda s: s.map(lambda v: str(v).encode()),
    "truths": lambda s: s.fillna(0).astype(bool),
    "infinite": lambda s: s.where(s.index != s.index[3], np.inf),
    "minus infinite": lambda s: s.where(s.index != s.index[3], -np.inf),
    "beyond float32": lambda s: s.astype(np.float64).where(s.index != s.index[3], 1e39),
    "beyond float64": lambda s: s.astype(object).where(s.index != s.index[3], 10**400),
}
"""What may become of a column of numbers."""
CATEGORIES: dict[str, Retyped] = {
    "objects": lambda s: s.astype(object),
    "categories": lambda s: s.astype("category"),
    "Arrow": lambda s: s.astype("string[pyarrow]"),
    "numbers": lambda s: pd.Series(np.arange(len(s), dtype=np.float64), s.index),
    "truths": lambda s: s.isna(),
    "bytes": lambda s: s.map(lambda v: str(v).encode()),
    "lists": lambda s: s.map(lambda v: [v]),
    "days": lambda s: pd.Series(pd.Timestamp("2012-05-01"), s.index),
    "infinite": lambda s: s.astype(object).where(s.index != s.index[3], np.inf),
}
"""What may become of a column of texts."""


@pytest.fixture(scope="module")
def bundle(trained: Trained) -> Bundle:
    found: Bundle = load_version(trained.registry, trained.version)
    return found


@pytest.fixture(scope="module")
def features(trained: Trained, bundle: Bundle) -> pd.DataFrame:
    """The model's columns of every client that bought."""
    table = read_table(trained.published, "features")
    return table.loc[table["silence_days"].notna(), list(bundle.encoder.columns)].reset_index(
        drop=True
    )


def cases(bundle: Bundle) -> list[tuple[str, str, Retyped]]:
    """Every column with everything that may become of it."""
    return [
        (feature.name, what, change)
        for feature in bundle.encoder.features
        for what, change in (CATEGORIES if feature.is_categorical else NUMBERS).items()
    ]


def outcome(ask: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> Any:
    """What is said of a frame; None where it is refused."""
    try:
        return ask(frame)
    except (BundleRefused, DataRefused):
        return None


def test_a_column_of_another_type_is_refused_or_means_the_same(
    bundle: Bundle, features: pd.DataFrame
) -> None:
    before, refused = bundle.encoder.matrix(features), set()
    for name, what, change in cases(bundle):
        given = features.assign(**{name: change(features[name])})
        found = outcome(bundle.encoder.matrix, given)
        if found is None:
            refused.add(what)
            continue
        assert np.array_equal(before, found, equal_nan=True), (name, what)
    assert {"texts", "infinite", "days", "complex", "bytes", "numbers", "truths"} <= refused


def test_the_pyfunc_scores_the_same_or_refuses(bundle: Bundle, features: pd.DataFrame) -> None:
    before = predict(bundle, features)
    named = {"silence_days", next(f.name for f in bundle.encoder.features if f.is_categorical)}
    for name, what, change in [case for case in cases(bundle) if case[0] in named]:
        found = outcome(
            lambda frame: predict(bundle, frame),
            features.assign(**{name: change(features[name])}),
        )
        if found is not None:
            pd.testing.assert_frame_equal(before, found, obj=f"{name}: {what}")


def test_the_order_of_columns_and_more_of_them_change_no_score_of_the_pyfunc(
    bundle: Bundle, features: pd.DataFrame
) -> None:
    before = predict(bundle, features)
    dice = np.random.default_rng(1)
    for _ in range(5):
        given = features[list(dice.permutation(list(features)))].assign(p_churn=9.0, note="x")
        pd.testing.assert_frame_equal(before, predict(bundle, given))
        rows = dice.permutation(len(features))
        pd.testing.assert_frame_equal(before.iloc[rows], predict(bundle, given.iloc[rows]))


def test_a_column_renamed_missing_or_twice_is_refused_by_name(
    bundle: Bundle, features: pd.DataFrame
) -> None:
    for name in features:
        for given in (
            features.drop(columns=name),
            features.rename(columns={name: f"{name} "}),
            features.rename(columns={name: name.upper()}),
            pd.concat([features, features[[name]]], axis=1),
        ):
            for ask in (bundle.encoder.matrix, lambda frame: predict(bundle, frame)):
                with pytest.raises(BundleRefused, match=name):
                    ask(given)


def test_two_columns_that_changed_names_are_refused_by_the_bundle(
    bundle: Bundle, features: pd.DataFrame
) -> None:
    names = list(features)
    for one, two in pairwise(names):
        swapped = [two if name == one else one if name == two else name for name in names]
        with pytest.raises(BundleRefused, match=f"{two} where {one} belongs"):
            bundle.encoder.matrix(features[swapped])


def test_a_category_nobody_had_counts_as_none(bundle: Bundle, features: pd.DataFrame) -> None:
    name = next(f.name for f in bundle.encoder.features if f.is_categorical)
    unseen, none = features.assign(**{name: "nobody's"}), features.assign(**{name: None})
    pd.testing.assert_frame_equal(predict(bundle, unseen), predict(bundle, none))
