"""Features: what was known of each client at a date; one family a file, all in one catalogue.

`snapshot` asks one question of a `Past`; nothing here can see a row of its future.
"""

from segml.features.catalogue import BLANKS, CATALOGUE, available, left_out, left_out_notes
from segml.features.encoder import Encoder
from segml.features.first_contact import FIRST_CONTACT, first_contact
from segml.features.panel import Panel, frames, panel, snapshots
from segml.features.plan import FeaturePlan
from segml.features.snapshot import (
    CLIENT_COLUMNS,
    MONEY_COLUMNS,
    Snapshot,
    features_alone,
    snapshot,
)

__all__ = [
    "BLANKS",
    "CATALOGUE",
    "CLIENT_COLUMNS",
    "FIRST_CONTACT",
    "MONEY_COLUMNS",
    "Encoder",
    "FeaturePlan",
    "Panel",
    "Snapshot",
    "available",
    "features_alone",
    "first_contact",
    "frames",
    "left_out",
    "left_out_notes",
    "panel",
    "snapshot",
    "snapshots",
]
