"""Bundles of older protocols are read as what they were."""

from pathlib import Path

import numpy as np
import pytest

from segml.bundle import PROTOCOL, READABLE, load
from segml.words.plan import Economics

KEPT = Path(__file__).parents[1] / "data" / "bundles"


def test_a_bundle_of_every_older_protocol_is_kept() -> None:
    assert {int(folder.name) for folder in KEPT.iterdir()} == READABLE - {PROTOCOL}


def test_protocol_1_still_scores_as_it_did() -> None:
    bundle = load(
        KEPT / "1",
        manifest_digest="3ffbf2a38486018635fdfe32940776804f0d1ea00d9bf345b04ac960ec5a15eb",
    )
    assert bundle.protocol == 1
    assert bundle.plan.economics == Economics(currency="EUR", order=5.0, return_=10.0)
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as segml 0.1.0 printed them when it wrote the bundle
    assert bundle.churn.raw(X) == pytest.approx(
        [-1.9622906463319, -1.931065518812086, -0.341240280445333, -1.114772726817289], abs=1e-12
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [9.59418311635525, 30.39812701111792, -26.147140105516662, 174.4236532327787], abs=1e-9
    )


def test_protocol_2_still_scores_as_it_did_and_has_no_word_on_prospects() -> None:
    bundle = load(
        KEPT / "2",
        manifest_digest="34087bb7f10853346e524ba585daffcb69dd4cf888153e4ca9166b9c5199695c",
    )
    assert bundle.protocol == 2
    assert bundle.prospects is None
    assert bundle.plan.economics.kinds["visit"].contact == 20.0
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the code of protocol 2 printed them when it wrote the bundle
    assert bundle.churn.raw(X) == pytest.approx(
        [-1.9558109897902658, -2.2905929549358577, -2.042764697004439, -1.424000937111242],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [49.61767361501989, 5.5768159187421915, 49.735497554267745, 143.78878969123022], abs=1e-9
    )
