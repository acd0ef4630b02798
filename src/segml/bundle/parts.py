"""A bundle as named bytes and back: JSON for numbers and names, LightGBM's own text for forests.

Nothing here is a pickle, so nothing here can run. `decode` still expects bytes whose digests were
compared: LightGBM's parser can be killed by a text that is not its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from segml.bundle.card import card
from segml.bundle.planned import plan_from_json, plan_to_json
from segml.bundle.record import record_from_json, record_to_json
from segml.bundle.tier_part import tiers_from_json, tiers_to_json
from segml.bundle.value import Bundle
from segml.features import Encoder, FeaturePlan, Usual
from segml.outcomes import ChurnModel, Outlook, PotentialModel, ProspectModel

CARD = "card.md"
_FOREST = ".lightgbm.txt"


def encode(bundle: Bundle) -> dict[str, bytes]:
    """The bundle's files by name; the same bundle gives the same bytes.

    Parameters
    ----------
    bundle
        A fitted bundle.
    """
    forests = {**bundle.churn.forests(), **bundle.potential.forests()}
    if bundle.prospects is not None:
        forests |= bundle.prospects.forests()
    values = {
        "bundle": _bundle_to_json(bundle),
        "encoder": bundle.encoder.to_json(),
        "tiers": tiers_to_json(bundle.tiers),
        "churn": bundle.churn.to_json(),
        "potential": bundle.potential.to_json(),
        "record": record_to_json(bundle.record),
    }
    if bundle.prospects is not None:
        values["prospects"] = bundle.prospects.to_json()
    if bundle.outlook is not None:
        values["outlook"] = bundle.outlook.to_json()
    if bundle.usual is not None:
        values["usual"] = bundle.usual.to_json()
    return {
        **{f"{name}.json": _json(value) for name, value in values.items()},
        **{f"{name}{_FOREST}": text.encode() for name, text in forests.items()},
        CARD: card(bundle).encode(),
    }


def decode(files: Mapping[str, bytes], *, protocol: int) -> Bundle:
    """The bundle of files whose digests were compared.

    Parameters
    ----------
    files
        Name to bytes, as `encode` gave them.
    protocol
        The manifest's protocol number.
    """
    value = {
        name.removesuffix(".json"): json.loads(raw)
        for name, raw in files.items()
        if name.endswith(".json")
    }
    forests = {
        name.removesuffix(_FOREST): raw.decode()
        for name, raw in files.items()
        if name.endswith(_FOREST)
    }
    head = value["bundle"]
    return Bundle(
        as_of=head["as_of"],
        plan=plan_from_json(head["plan"]),
        features=FeaturePlan(**head["features"]),
        encoder=Encoder.from_json(value["encoder"]),
        tiers=tiers_from_json(value["tiers"]),
        churn=ChurnModel.from_json(value["churn"], forests),
        potential=PotentialModel.from_json(value["potential"], forests),
        references=head["references"],
        record=record_from_json(value["record"]),
        protocol=protocol,
        prospects=ProspectModel.from_json(value["prospects"], forests)
        if "prospects" in value  # protocols 1 and 2 had none, nor has who knew few newcomers
        else None,
        outlook=Outlook.from_json(value["outlook"])
        if "outlook" in value  # protocols 1 to 3 had none
        else None,
        usual=Usual.from_json(value["usual"])
        if "usual" in value  # protocols 1 to 4 had none
        else None,
    )


def _bundle_to_json(bundle: Bundle) -> dict[str, Any]:
    return {
        "as_of": bundle.as_of,
        "plan": plan_to_json(bundle.plan),
        "features": {
            "horizon_days": bundle.features.horizon_days,
            "active_days": bundle.features.active_days,
            "by_month": bundle.features.by_month,
        },
        "references": {name: dict(means) for name, means in bundle.references.items()},
    }


def _json(value: Any) -> bytes:
    """JSON with sorted keys and the shortest decimals that read back to the same floats."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
