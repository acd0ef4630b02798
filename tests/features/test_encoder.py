import json

import numpy as np
import pandas as pd
import pytest

from segml.features import Encoder, Snapshot
from segml.features.levels import FEWEST
from segml.features.own_season import OWN_FEATURES
from segml.ledger import Past
from segml.words.errors import BundleRefused, DataRefused
from segml.words.feature import Feature

SILENCE = Feature(
    name="silence",
    family="rhythm",
    unit="days",
    kind="symptom",
    label="days silent",
    churn_sign=1,
)
REGION = Feature(
    name="region", family="attributes", unit="category", kind="context", label="region"
)
OWN = Feature(
    name="own_pace_30", family="purchases", unit="ratio", kind="context", label="own pace"
)
FRAME = pd.DataFrame(
    {
        "silence": np.array([3, np.nan, 5], dtype=np.float32),
        "region": pd.Series(["юг", "north", None], dtype=object),
    }
)
MANY = pd.concat([FRAME] * FEWEST, ignore_index=True)


@pytest.fixture
def encoder() -> Encoder:
    return Encoder.learn(MANY, (SILENCE, REGION))


def test_categories_become_codes_and_unseen_ones_are_missing(encoder: Encoder) -> None:
    matrix = encoder.matrix(FRAME)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix, [[3, 1], [np.nan, 0], [5, np.nan]])
    unseen = FRAME.assign(region=["west", "юг", float("nan")])
    np.testing.assert_array_equal(encoder.matrix(unseen)[:, 1], [np.nan, 1, np.nan])


def test_codes_come_from_all_frames_and_not_from_their_order() -> None:
    more = MANY.assign(region=MANY["region"].map({"north": "east"}))
    one = Encoder.learn([MANY, more], (SILENCE, REGION))
    other = Encoder.learn([more, MANY.iloc[::-1]], (SILENCE, REGION))
    assert one == other
    assert one.levels["region"] == ("east", "north", "юг")


def test_what_fewer_than_five_clients_have_on_any_day_is_no_category() -> None:
    rare = MANY.assign(region=[*["vera@example.org"] * (FEWEST - 1), *MANY["region"][4:]])
    encoder = Encoder.learn([MANY, rare, rare], (SILENCE, REGION))
    assert encoder.levels["region"] == ("north", "юг")
    assert np.isnan(encoder.matrix(rare)[: FEWEST - 1, 1]).all()


def test_it_survives_json(encoder: Encoder) -> None:
    assert Encoder.from_json(json.loads(json.dumps(encoder.to_json()))) == encoder


def test_places_and_signs_follow_the_features(encoder: Encoder) -> None:
    assert encoder.columns == ("silence", "region")
    assert encoder.categorical == (1,)
    assert encoder.monotone == (1, 0)


def test_a_missing_column_is_refused_by_name(encoder: Encoder) -> None:
    with pytest.raises(BundleRefused, match="- region \\(missing\\)"):
        encoder.matrix(FRAME[["silence"]])


def test_an_unknown_column_is_refused_by_name(encoder: Encoder) -> None:
    with pytest.raises(BundleRefused, match="\\+ extra \\(unknown\\)"):
        encoder.matrix(FRAME.assign(extra=1.0))


def test_features_that_came_after_the_model_are_passed_over(encoder: Encoder) -> None:
    later = FRAME.assign(**dict.fromkeys(OWN_FEATURES, 2.0))
    assert np.array_equal(encoder.matrix(later), encoder.matrix(FRAME), equal_nan=True)
    knows = Encoder.learn(MANY.assign(own_pace_30=1.0), (SILENCE, REGION, OWN))
    with pytest.raises(BundleRefused, match=r"- own_pace_30 \(missing\)"):
        knows.matrix(FRAME)


def test_swapped_columns_are_refused_by_name(encoder: Encoder) -> None:
    with pytest.raises(BundleRefused, match="~ region where silence belongs"):
        encoder.matrix(FRAME[["region", "silence"]])


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_by_name(encoder: Encoder, value: float) -> None:
    with pytest.raises(DataRefused, match="`silence` is infinite in 3 of 3 rows"):
        encoder.matrix(FRAME.assign(silence=value))


def test_text_among_numbers_is_refused_by_name(encoder: Encoder) -> None:
    with pytest.raises(DataRefused, match="`silence` holds text"):
        encoder.matrix(FRAME.assign(silence=["3", "x", "4"]))


def test_an_empty_frame_gives_an_empty_matrix(encoder: Encoder) -> None:
    assert encoder.matrix(FRAME.iloc[:0]).shape == (0, 2)


def test_a_text_feature_without_levels_is_no_encoder() -> None:
    with pytest.raises(ValueError, match="text features have levels"):
        Encoder(features=(SILENCE, REGION), levels={})


def test_a_snapshot_is_encoded_as_it_stands(rich_snapshot: Snapshot, rich_past: Past) -> None:
    from segml.features import available

    encoder = Encoder.learn(rich_snapshot.frame, available(rich_past))
    matrix = encoder.matrix(rich_snapshot.frame)
    silence = rich_snapshot.frame["silence_days"].to_numpy()
    np.testing.assert_array_equal(matrix[:, encoder.columns.index("silence_days")], silence)
    assert [encoder.columns[i] for i in encoder.categorical] == [
        "industry",
        "region",
        "acquisition_channel",
    ]
