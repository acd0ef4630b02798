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
