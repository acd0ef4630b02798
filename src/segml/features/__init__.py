"""Features: what was known of each client at a date; one family a file, all in one catalogue.

`snapshot` asks one question of a `Past`; nothing here can see a row of its future.
"""

from segml.features.billing import feature_plan, is_billed_by_month
from segml.features.catalogue import (
    BLANKS,
    CATALOGUE,
    available,
    left_out,
    left_out_notes,
    of_events,
)
from segml.features.encoder import Encoder
from segml.features.first_contact import FIRST_CONTACT, first_contact
from segml.features.own_season import YEARS_BACK, OwnYears
from segml.features.panel import Panel, frames, panel, snapshots
from segml.features.plan import FeaturePlan
from segml.features.remembered import features_alone, remembering, snapshot
from segml.features.snapshot import CLIENT_COLUMNS, MONEY_COLUMNS, Snapshot
from segml.features.usual import SCORES_WATCHED, Usual, learn_usual, watched
from segml.features.usual_moves import LEAST_CLIENTS, Moved, most_moved, moved
from segml.features.usual_reasons import ReasonOrder, Weights, agreement, asked, weighed

__all__ = [
    "BLANKS",
    "CATALOGUE",
    "CLIENT_COLUMNS",
    "FIRST_CONTACT",
    "LEAST_CLIENTS",
    "MONEY_COLUMNS",
    "SCORES_WATCHED",
    "YEARS_BACK",
    "Encoder",
    "FeaturePlan",
    "Moved",
    "OwnYears",
    "Panel",
    "ReasonOrder",
    "Snapshot",
    "Usual",
    "Weights",
    "agreement",
    "asked",
    "available",
    "feature_plan",
    "features_alone",
    "first_contact",
    "frames",
    "is_billed_by_month",
    "learn_usual",
    "left_out",
    "left_out_notes",
    "most_moved",
    "moved",
    "of_events",
    "panel",
    "remembering",
    "snapshot",
    "snapshots",
    "watched",
    "weighed",
]
