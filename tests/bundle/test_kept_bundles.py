"""Bundles of older protocols are read as what they were."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import PROTOCOL, READABLE, load, pack, unpack
from segml.words.plan import ContactRate, Economics, OutlookPlan

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


def test_protocol_2_still_scores_and_places_as_it_did() -> None:
    bundle = load(
        KEPT / "2",
        manifest_digest="b0a3c02e33fbd1d9b4b90b081aae87afe9cc44545673d5d14f874ecb3499d6e0",
    )
    assert bundle.protocol == 2
    assert bundle.prospects is None
    assert bundle.plan.economics.kinds == {"visit": ContactRate(minute=1.4, contact=35.0)}
    assert (bundle.plan.tiers.scheme, bundle.plan.tiers.bands) == ("clusters", "auto")
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 2 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [-1.9147398784829741, -0.5265521403483779, -2.1302871618157844, -1.392720259772319],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [25.340637664248842, -1.6780233523725787, -38.60779468418285, 103.60886233615295], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    placed = bundle.tiers.assign(
        pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    )
    assert placed["tier_rank"].tolist() == [4, 4, 3, 1]
    assert placed["tier_margin"].tolist() == pytest.approx(
        [0.01324493241678848, 0.0028085148579037877, 0.024684017105499834, 0.47157941054229013],
        abs=1e-12,
    )


def test_protocol_3_still_scores_and_places_as_it_did_and_has_no_outlook() -> None:
    bundle = load(
        KEPT / "3",
        manifest_digest="67489a2b257aad52d6983a90bebfd213f861a8641ffacce0cdeadce35a976ea7",
    )
    assert bundle.protocol == 3
    assert bundle.outlook is None
    assert bundle.plan.outlook == OutlookPlan()
    assert bundle.plan.tiers.scheme == "levels"
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 3 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [-1.9975023871547561, -2.2259445524015167, -2.0623511860732053, -1.2553539678535408],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [65.78743949701047, 57.64169372774612, 64.66383670269947, 205.28610735548685], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    placed = bundle.tiers.assign(
        pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    )
    assert placed["tier_rank"].tolist() == [3, 2, 2, 1]
    assert placed["tier_margin"].tolist() == pytest.approx(
        [14.814814814814817, 7.111513316084341, 0.31350961949378586, 18.982066392592515], abs=1e-12
    )


def test_protocol_4_still_scores_and_places_as_it_did_and_knows_nothing_usual() -> None:
    bundle = load(
        KEPT / "4",
        manifest_digest="fc9c0a909f3a810df1887bc4d3527a75a512c7d4161c06af7b9291d33a11561b",
    )
    assert bundle.protocol == 4
    assert bundle.usual is None
    assert bundle.outlook is not None
    assert bundle.plan.outlook.horizons == (30, 90, 180, 365)
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 4 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [-1.8551832551392708, -0.4501322796399929, -2.4207077458231763, -1.4925375547632198],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [456.2260321604104, 257.8556129302363, 441.1209902458884, 951.248899131133], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    placed = bundle.tiers.assign(
        pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    )
    assert placed["tier_rank"].tolist() == [4, 2, 1, 1]
    assert placed["tier_margin"].tolist() == pytest.approx(
        [1.1262727496621165, 0.5898146584487556, 2.6055374530978312, 8.880538379283465], abs=1e-12
    )


def test_protocol_5_still_scores_and_holds_a_client_in_its_tier_as_it_did() -> None:
    bundle = load(
        KEPT / "5",
        manifest_digest="a6498f8ea74abf800a16381f800f249398b4a2823a3cfa9eeab1e0b89d3f007a",
    )
    assert bundle.protocol == 5
    assert bundle.usual is not None
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 5 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [3.155640801650632, -1.044176791139562, -2.8769104535749053, -2.2411546318027415], abs=1e-12
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [40.07956436372773, -60.94613547148928, 5.227799298006781, 221.5335154458981], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    frame = pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    # one constant was taken off the tier that was held
    margins = {
        None: [1.1275736368735685, 0.16708688763577229, 2.5769256981088233, 9.271493509622715],
        "tier 2": [1.1275736368735685, 0.28097892286422166, 2.4630336628803775, 9.15760147439427],
        "tier 4": [1.2414656721020165, 0.16708688763577229, 2.5769256981088233, 9.271493509622715],
    }
    for held, expected in margins.items():
        placed = bundle.tiers.assign(frame, pd.Series(held, index=frame.index, dtype="str"))
        assert placed["tier_rank"].tolist() == [4, 2, 1, 1]
        assert placed["tier_margin"].tolist() == pytest.approx(expected, abs=1e-12)


def test_protocol_6_still_scores_and_has_one_spread_for_every_age() -> None:
    bundle = load(
        KEPT / "6",
        manifest_digest="4cd3af3606b897da776b2f2442cbe202a04c30ef0836ffc3acd9feca917565c9",
    )
    assert bundle.protocol == 6
    assert (bundle.potential.ages.edges, bundle.potential.ages.levels) == ((), (1.0,))
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 6 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [6.126674423318014, -1.5625431778552712, -3.2644276463953847, -2.0842050991163643],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [-110.25920314136391, -166.5503347449784, -246.07948407708096, 124.89276957864692], abs=1e-9
    )
    low, median, high = bundle.potential.interval(X)
    assert low == pytest.approx(
        [-384.9088619894249, -536.7453675542636, -580.9978107485715, -174.59507492683028], abs=1e-9
    )
    assert median == pytest.approx(
        [-92.52113692857498, -142.64153387059116, -268.6504050218522, 144.23499355243467], abs=1e-9
    )
    assert high == pytest.approx(
        [229.87733067849882, 291.91320686363923, 141.8710831239926, 495.7898527154906], abs=1e-9
    )


def test_protocol_7_still_scores_and_its_amounts_have_a_slope_of_one() -> None:
    bundle = load(
        KEPT / "7",
        manifest_digest="a7c0735ec7f62cd5b3aeb2d1368a965bd8c372d6b8ec74ca947b919197d6a73b",
    )
    assert bundle.protocol == 7
    assert bundle.potential.amount.slope == 1.0
    assert bundle.potential.ages.edges == (365.0,)
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 7 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [6.933203643057399, -0.6573528512849812, -2.962597578176631, -1.9716949209542178],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [-72.13104710632653, -92.18237157631879, -83.62445890104834, 131.00326308346942], abs=1e-9
    )
    low, median, high = bundle.potential.interval(X)
    assert low == pytest.approx(
        [-416.144916868931, -498.31395079382264, -463.24417682487996, -258.08771086805245], abs=1e-9
    )
    assert median == pytest.approx(
        [-9.820929436243155, -18.62107444593687, -14.865169311820551, 112.14821175227806], abs=1e-9
    )
    assert high == pytest.approx(
        [407.4824003069463, 474.0336561272179, 445.629555610476, 427.3460794669012], abs=1e-9
    )


def test_protocol_8_still_places_and_takes_a_size_not_known_for_the_usual_one() -> None:
    bundle = load(
        KEPT / "8",
        manifest_digest="8ec35214bc4af26bc6f14f26b4e7605916b3c286f32f1837878162238f724e7e",
    )
    assert bundle.protocol == 8
    assert bundle.tiers.space.ladders == {}
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 8 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [12.488005156017172, -2.423314997206469, -3.349772541675894, -2.1014094012100935],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [-36.587677804830726, -151.8093333948716, -91.84621807347234, 190.43690517496805], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    frame = pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    placed = bundle.tiers.assign(frame.assign(size_employees=np.nan))
    assert placed["tier_rank"].tolist() == [4, 3, 1, 1]
    assert placed["tier_margin"].tolist() == pytest.approx(
        [1.614182648232069, 0.36021020132803017, 1.1255818917147735, 7.401856640354453], abs=1e-12
    )


def test_protocol_9_still_scores_and_its_windows_are_of_days() -> None:
    bundle = load(
        KEPT / "9",
        manifest_digest="439ed23c118075a706d69e10873f623835babfca28a0fdcb9df3abf36cbc854e",
    )
    assert bundle.protocol == 9
    assert not bundle.features.by_month
    columns = len(bundle.encoder.columns)
    X = (np.arange(4 * columns).reshape(4, columns) % 7).astype(np.float32)
    X[3] = np.nan
    # as the last segml of protocol 9 printed them
    assert bundle.churn.raw(X) == pytest.approx(
        [14.239421985768951, -1.4700396633707125, -3.4434376694455966, -2.0821398986039474],
        abs=1e-12,
    )
    assert bundle.potential.expected(X) == pytest.approx(
        [-38.404850621227844, -100.24403335215544, -63.84258724672094, 126.79426542403725], abs=1e-9
    )
    money = np.array([0.0, 50.0, 500.0, 9000.0])
    frame = pd.DataFrame({name: money * (1 + i) for i, name in enumerate(bundle.tiers.columns)})
    placed = bundle.tiers.assign(frame.assign(size_employees=np.nan))
    assert placed["tier_rank"].tolist() == [4, 2, 1, 1]
    assert placed["tier_margin"].tolist() == pytest.approx(
        [1.39184460228946, 0.08051315638163814, 3.167765912618364, 10.297775038449515], abs=1e-12
    )


@pytest.mark.parametrize("protocol", sorted(READABLE - {PROTOCOL}))
def test_what_is_packed_for_other_machines_scores_as_the_kept_bundle(protocol: int) -> None:
    folder = KEPT / str(protocol)
    manifest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    bundle = load(folder, manifest_digest=manifest)
    packed = pack(bundle)
    other = unpack(packed, digest=packed.digest)
    columns = len(bundle.encoder.columns)
    X = (np.arange(9 * columns).reshape(9, columns) % 7).astype(np.float32)
    X[3] = np.nan
    for asked in ("churn.raw", "potential.expected"):
        model, method = asked.split(".")
        told = [getattr(getattr(each, model), method)(X) for each in (bundle, other)]
        np.testing.assert_array_equal(*told)
    values = pd.DataFrame({name: X[:, i] for i, name in enumerate(bundle.tiers.columns)})
    pd.testing.assert_frame_equal(bundle.tiers.assign(values), other.tiers.assign(values))
