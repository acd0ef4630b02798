"""The pages that managers open: facts of what may be seen, said and drawn as the report does.

`monday`, `profile`, `path`, `what_if` and `whole` are the facts; the files of words say what only
pages say; `page` puts one together; `exports` is a list to take along. Nothing here knows who is
reading: what may not be seen is left out by who calls.
"""

from __future__ import annotations

from segml.report.pages.exports import MOST_ROWS, csv_lines, xlsx_bytes
from segml.report.pages.monday import BEFORE as OF_MONDAY_BEFORE
from segml.report.pages.monday import COLUMNS as OF_MONDAY
from segml.report.pages.monday import MondayFacts, monday_facts
from segml.report.pages.page import Kept, Shell, icon, page, style
from segml.report.pages.path import PathFacts, PathPoint, path_facts
from segml.report.pages.plain import list_rows, plain, plain_rows
from segml.report.pages.profile import (
    LEAST_PEERS,
    PeerFacts,
    ProfileFacts,
    compared_features,
    profile_facts,
)
from segml.report.pages.profile import TABLES as OF_CLIENT
from segml.report.pages.what_if import (
    LeverAsked,
    RefusedValue,
    WhatIfFacts,
    answered,
    fault_of,
    levers_asked,
)
from segml.report.pages.what_if_words import scale_of
from segml.report.pages.whole import (
    OF_ALL,
    OF_ALL_LOSSES,
    OF_LOSSES,
    OF_SCORES,
    lost_facts,
    one_loss,
    told_part,
    whole_facts,
)

__all__ = [
    "LEAST_PEERS",
    "MOST_ROWS",
    "OF_ALL",
    "OF_ALL_LOSSES",
    "OF_CLIENT",
    "OF_LOSSES",
    "OF_MONDAY",
    "OF_MONDAY_BEFORE",
    "OF_SCORES",
    "Kept",
    "LeverAsked",
    "MondayFacts",
    "PathFacts",
    "PathPoint",
    "PeerFacts",
    "ProfileFacts",
    "RefusedValue",
    "Shell",
    "WhatIfFacts",
    "answered",
    "compared_features",
    "csv_lines",
    "fault_of",
    "icon",
    "levers_asked",
    "list_rows",
    "lost_facts",
    "monday_facts",
    "one_loss",
    "page",
    "path_facts",
    "plain",
    "plain_rows",
    "profile_facts",
    "scale_of",
    "style",
    "told_part",
    "whole_facts",
    "xlsx_bytes",
]
