"""A search of forest parameters that survives a kill: an Optuna study in SQLite.

Every ended trial is on the disk before the next begins. What a trial asks depends on the seed and
on the trials that ended before it, so a study that was killed and goes on asks what an unbroken
one asks. The lock of studies is held, so a trial that still runs was left behind by a killed run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from segml.words.errors import ConfigurationRefused
from segml.words.forest import FOREST_RANGES, ForestPlan

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

STARTUP, PRUNE_AFTER = 10, 5
"""Trials drawn evenly before the sampler learns; ended trials before the pruner judges."""
LOGARITHMIC = frozenset({"learning_rate", "lambda_l2", "leaf_share"})
WHOLE = frozenset({"num_leaves", "max_depth"})
DIGITS = 3
"""Figures of a proposed number: more would promise what no search knows."""
MAGIC = b"SQLite format 3\x00"

State = Literal["complete", "pruned", "failed"]
Judge = Callable[[ForestPlan], Iterable[float]]
"""Gives the loss of a plan at one fold after the other."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One trial: its plan, how it ended, the loss at each fold that it reached.

    Parameters
    ----------
    number
        Its place in the study.
    forest
        What was tried; None where a killed run left nothing.
    state
        `pruned`: given up after some folds; `failed`: left behind by a killed run.
    folds
        The losses, fold by fold.
    """

    number: int
    forest: ForestPlan | None
    state: State
    folds: tuple[float, ...]

    @property
    def loss(self) -> float | None:
        """The mean over the folds it reached; None where it reached none."""
        return sum(self.folds) / len(self.folds) if self.folds else None


@contextmanager
def opened_study(path: Path, name: str, *, fresh: bool = False) -> Iterator[Search]:
    """The study of that name in an SQLite file, made where it is not there.

    Parameters
    ----------
    path
        The file; its folder is there.
    name
        The study's.
    fresh
        Whether a study of that name is forgotten first.

    Raises
    ------
    ConfigurationRefused
        If the file is no study of Optuna, or one of another Optuna.
    """
    import optuna

    _require_sqlite(path)
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = _storage(path)
    try:
        known = optuna.get_all_study_names(storage)
        if fresh and name in known:
            optuna.delete_study(study_name=name, storage=storage)
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            load_if_exists=True,
            direction="minimize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=PRUNE_AFTER, n_warmup_steps=1),
        )
        yield Search(study, others=tuple(sorted(set(known) - {name})))
    finally:
        storage.remove_session()
        storage.engine.dispose()
        optuna.logging.set_verbosity(level)


class Search:
    """A study with what is done to it: trials left behind are failed, new ones run, all told.

    Parameters
    ----------
    study
        Optuna's, in its storage.
    others
        Names of the other studies of the file.
    """

    def __init__(self, study: Study, *, others: tuple[str, ...]) -> None:
        from optuna.trial import TrialState

        self.study, self.others = study, others
        left = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        for trial in left:
            study.tell(trial.number, state=TrialState.FAIL)
        self.left_behind = len(left)

    @property
    def tried(self) -> tuple[Tried, ...]:
        """Every trial that has ended, in the order they began."""
        return tuple(_tried(one) for one in self.study.get_trials(deepcopy=False))

    @property
    def ended(self) -> int:
        """How many trials were judged to their end or given up; failed ones count for nothing."""
        return sum(one.state != "failed" for one in self.tried)

    @property
    def best(self) -> Tried:
        """The complete trial of the least loss; the first of equal ones.

        Raises
        ------
        ValueError
            If no trial is complete.
        """
        whole = [one for one in self.tried if one.state == "complete"]
        return min(whole, key=lambda one: (one.loss, one.number))

    def run_next(self, present: ForestPlan, judge: Judge, *, seed: int) -> None:
        """Run one trial more: the present plan where none has ended, else what the sampler asks.

        Parameters
        ----------
        present
            The configuration's.
        judge
            Gives the losses of a plan.
        seed
            Of the sampler.
        """
        ended = self.ended
        if ended == 0:
            self._add_whole(present, list(judge(present)))
            return
        import optuna
        from optuna.trial import TrialState

        drawn = (seed * 1_000_003 + ended) % 2**32
        self.study.sampler = optuna.samplers.TPESampler(seed=drawn, n_startup_trials=STARTUP)
        trial = self.study.ask()
        forest = _asked(trial)
        trial.set_user_attr("forest", forest.values)
        losses: list[float] = []
        for step, loss in enumerate(judge(forest)):
            losses.append(loss)
            trial.set_user_attr("folds", losses)
            trial.report(sum(losses) / len(losses), step)
            if trial.should_prune():
                self.study.tell(trial, state=TrialState.PRUNED)
                return
        self.study.tell(trial, sum(losses) / len(losses))

    def _add_whole(self, forest: ForestPlan, losses: list[float]) -> None:
        """Add a trial that was judged already, in one step."""
        from optuna import create_trial

        values = forest.values
        means = [sum(losses[: k + 1]) / (k + 1) for k in range(len(losses))]
        self.study.add_trial(
            create_trial(
                value=means[-1],
                params=values,
                distributions=_space(),
                intermediate_values=dict(enumerate(means)),
                user_attrs={"forest": values, "folds": losses},
            )
        )

    def importances(self, *, seed: int) -> dict[str, float]:
        """The share of each parameter in how losses differ, greatest first; empty of few trials.

        Parameters
        ----------
        seed
            Of fANOVA's forest.
        """
        from optuna.importance import FanovaImportanceEvaluator, get_param_importances

        losses = {one.loss for one in self.tried if one.state == "complete"}
        if len(losses) < PRUNE_AFTER:
            return {}
        evaluator = FanovaImportanceEvaluator(seed=seed)
        found = get_param_importances(self.study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}


def _storage(path: Path) -> Any:
    from optuna.storages import RDBStorage

    try:
        return RDBStorage(f"sqlite:///{path}")
    except Exception as error:
        # SQLAlchemy's types are not ours to import here
        if not (isinstance(error, RuntimeError) or type(error).__module__.startswith("sqlalchemy")):
            raise
        said = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise _foreign(path, said) from None


def _require_sqlite(path: Path) -> None:
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise _foreign(path, "it does not begin as an SQLite file does")


def _foreign(path: Path, why: str) -> ConfigurationRefused:
    return ConfigurationRefused(
        f"`{path}` is no study of this Optuna ({why})",
        allowed="a file that `segml tune` made",
        next_step="move it elsewhere and run again; a new study begins",
    )


def _space() -> dict[str, Any]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    space: dict[str, Any] = {"extra_trees": CategoricalDistribution((True, False))}
    for name, (least, most) in FOREST_RANGES.items():
        if name in WHOLE:
            space[name] = IntDistribution(int(least), int(most))
        else:
            space[name] = FloatDistribution(least, most, log=name in LOGARITHMIC)
    return space


def _asked(trial: Trial) -> ForestPlan:
    """What the sampler asks for, its numbers rounded to what a person would write."""
    values: dict[str, Any] = {}
    for name, space in _space().items():
        if name in WHOLE:
            values[name] = trial.suggest_int(name, space.low, space.high)
        elif name in FOREST_RANGES:
            found = trial.suggest_float(name, space.low, space.high, log=space.log)
            values[name] = float(f"{found:.{DIGITS}g}")
        else:
            values[name] = trial.suggest_categorical(name, space.choices)
    return ForestPlan(**values)


def _tried(trial: FrozenTrial) -> Tried:
    states: dict[str, State] = {"COMPLETE": "complete", "PRUNED": "pruned"}
    forest = trial.user_attrs.get("forest")
    return Tried(
        number=trial.number,
        forest=None if forest is None else ForestPlan(**forest),
        state=states.get(trial.state.name, "failed"),
        folds=tuple(trial.user_attrs.get("folds", ())),
    )
