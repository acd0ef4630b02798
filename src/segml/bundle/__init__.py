"""The trained value: fitted from a ledger, saved with digests, read back after comparing them."""

from segml.bundle.card import card
from segml.bundle.cutoffs import cutoffs_for, cutoffs_note
from segml.bundle.fit import fit
from segml.bundle.manifest import MANIFEST, Manifest, Part
from segml.bundle.packed import Packed, pack, unpack
from segml.bundle.persist import load, read_card, save, version_name
from segml.bundle.protocol import PROTOCOL, READABLE
from segml.bundle.record import OutcomeRecord, TrainingRecord
from segml.bundle.rehearsal import OUTCOMES, Outcome, Rehearsal, rehearse
from segml.bundle.samples import churn_rows, potential_rows
from segml.bundle.standing import standing
from segml.bundle.support import Support, support_of
from segml.bundle.value import Bundle
from segml.bundle.weights import churn_weights
from segml.bundle.windows import NO_SEASON, ONE_SEASON, Windows, windows_for

__all__ = [
    "MANIFEST",
    "NO_SEASON",
    "ONE_SEASON",
    "OUTCOMES",
    "PROTOCOL",
    "READABLE",
    "Bundle",
    "Manifest",
    "Outcome",
    "OutcomeRecord",
    "Packed",
    "Part",
    "Rehearsal",
    "Support",
    "TrainingRecord",
    "Windows",
    "card",
    "churn_rows",
    "churn_weights",
    "cutoffs_for",
    "cutoffs_note",
    "fit",
    "load",
    "pack",
    "potential_rows",
    "read_card",
    "rehearse",
    "save",
    "standing",
    "support_of",
    "unpack",
    "version_name",
    "windows_for",
]
