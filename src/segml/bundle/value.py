"""The trained value: everything a score needs, nothing that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segml.bundle.protocol import PROTOCOL
from segml.bundle.record import TrainingRecord
from segml.features import Encoder, FeaturePlan, Usual
from segml.outcomes import ChurnModel, Outlook, PotentialModel, ProspectModel
from segml.tiers import TierModel
from segml.words.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """What one training learnt.

    Parameters
    ----------
    as_of
        The training's as-of date, days since 1970-01-01; no row dated on it or after was seen.
    plan
        The plan it was trained with, without the ledger's sources.
    features
        What a snapshot needs to know to make the same features.
    encoder
        The feature columns in their order, and the levels of the categorical ones.
    tiers
        The value tiers, learnt at the as-of date.
    churn
        The churn score, learnt on active clients at the cut-offs.
    potential
        The two halves of expected profit, learnt at cut-offs of their own.
    references
        What a value is held against, by model (`churn`, `potential`, `tiers`): each numeric
        feature's mean over the rows the model was learnt on, in its unit.
    record
        How it was trained and how well it held.
    protocol
        The number of the file format.
    prospects
        What a prospect's first year is expected to bring; None where too few newcomers could teach
        it, and in bundles of protocols 1 and 2.
    outlook
        Churn at several horizons and tier moves; None in bundles of protocols 1 to 3.
    usual
        How features and scores usually lie and move; None in bundles of protocols 1 to 4, and where
        nobody was active on two of the training's days.
    """

    as_of: int
    plan: Plan
    features: FeaturePlan
    encoder: Encoder
    tiers: TierModel
    churn: ChurnModel
    potential: PotentialModel
    references: Mapping[str, Mapping[str, float]]
    record: TrainingRecord
    protocol: int = PROTOCOL
    prospects: ProspectModel | None = None
    outlook: Outlook | None = None
    usual: Usual | None = None

    @property
    def portfolio(self) -> str:
        """The portfolio's name."""
        return self.plan.portfolio
