"""The only disk for results: published tables, the registry, the lock, and the only MLflow."""

from segml.stores.asked import Asked
from segml.stores.declaration import Column, TableSchema
from segml.stores.door import Tracking
from segml.stores.files import publish_file, write_frame
from segml.stores.folder import put_in_place, staging, sweep
from segml.stores.forgetting import Cleared, clear_folder, is_named, names_of, own_folders
from segml.stores.heap import few_arenas, give_back
from segml.stores.lock import Holder, lock
from segml.stores.memory import Memory
from segml.stores.mirror import Mirrored, TrackedRun, log_training, sync
from segml.stores.newest import Held, Newest
from segml.stores.parquet import Frames, Later, SchemaBroken
from segml.stores.partitions import growing_file, write_part
from segml.stores.person import Person, new_pseudonym, require_id
from segml.stores.personal import PERSONAL
from segml.stores.portfolios import list_portfolios, require_portfolio
from segml.stores.postgres import Warehouse
from segml.stores.publication import (
    publish_to_warehouse,
    require_warehouse,
    retire_from_warehouse,
    warehouse_holds,
)
from segml.stores.publishing import made_aside, publish, require_own, require_place
from segml.stores.pulse import Pulse, beating
from segml.stores.question import SORTED_BY, Scope, Wanted
from segml.stores.registry import Registry, load_version, read_card
from segml.stores.replays import LoggedTrial, log_beside, log_or_warn, log_with_trials
from segml.stores.retention import retire
from segml.stores.roster import Industry, Page, Roster
from segml.stores.runs import Training, plan_params, reap
from segml.stores.schemas import TABLES, features_schema, quarantine_schema
from segml.stores.shelf import Shelf
from segml.stores.tables import (
    LossRun,
    Run,
    find_table,
    latest_run,
    list_losses,
    list_runs,
    losses_folder,
    read_run,
    read_table,
    scores_folder,
)
from segml.stores.timeline import Timeline
from segml.stores.traces import traces_of
from segml.stores.trail import add_line, read_lines
from segml.stores.versions import Change, Version, Versions
from segml.stores.whole import read_whole

__all__ = [
    "PERSONAL",
    "SORTED_BY",
    "TABLES",
    "Asked",
    "Change",
    "Cleared",
    "Column",
    "Frames",
    "Held",
    "Holder",
    "Industry",
    "Later",
    "LoggedTrial",
    "LossRun",
    "Memory",
    "Mirrored",
    "Newest",
    "Page",
    "Person",
    "Pulse",
    "Registry",
    "Roster",
    "Run",
    "SchemaBroken",
    "Scope",
    "Shelf",
    "TableSchema",
    "Timeline",
    "TrackedRun",
    "Tracking",
    "Training",
    "Version",
    "Versions",
    "Wanted",
    "Warehouse",
    "add_line",
    "beating",
    "clear_folder",
    "features_schema",
    "few_arenas",
    "find_table",
    "give_back",
    "growing_file",
    "is_named",
    "latest_run",
    "list_losses",
    "list_portfolios",
    "list_runs",
    "load_version",
    "lock",
    "log_beside",
    "log_or_warn",
    "log_training",
    "log_with_trials",
    "losses_folder",
    "made_aside",
    "names_of",
    "new_pseudonym",
    "own_folders",
    "plan_params",
    "publish",
    "publish_file",
    "publish_to_warehouse",
    "put_in_place",
    "quarantine_schema",
    "read_card",
    "read_lines",
    "read_run",
    "read_table",
    "read_whole",
    "reap",
    "require_id",
    "require_own",
    "require_place",
    "require_portfolio",
    "require_warehouse",
    "retire",
    "retire_from_warehouse",
    "scores_folder",
    "staging",
    "sweep",
    "sync",
    "traces_of",
    "warehouse_holds",
    "write_frame",
    "write_part",
]
