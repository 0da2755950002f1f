"""Thresholds: what the figures must reach for a change to pass.

    [all]
    correct = { at_least = 0.8 }
    false_refusal = { at_most = 0.1 }

    [numbers]                 # a kind or a tag of the gold questions
    answer_match = { at_least = 0.9 }

A figure that could not be computed has not reached its threshold.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, RootModel, ValidationError, model_validator

from eval.errors import BadThresholds
from eval.results import Result
from eval.summary import Figure, every_figure, names
from qa.types import Frozen

_ROUNDING = 1e-12


class Limit(Frozen):
    """The range that a figure must lie in, ends included."""

    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs at_least or at_most")
        return self

    def __str__(self) -> str:
        low = [f"at least {self.at_least:g}"] if self.at_least is not None else []
        high = [f"at most {self.at_most:g}"] if self.at_most is not None else []
        return " and ".join(low + high)


class Thresholds(RootModel[dict[str, dict[str, Limit]]]):
    """Limits by scope ("all", a kind, a tag), then by metric."""


ANSWERED = Thresholds({"all": {"failed": Limit(at_least=None, at_most=0.0)}})
"""What holds where nobody has said more: no question may fail outright."""


@dataclass(frozen=True)
class Verdict:
    """One threshold, the figure it was held against, and whether the figure is within it."""

    scope: str
    metric: str
    limit: Limit
    figure: Figure

    @property
    def passed(self) -> bool:
        """Whether the figure is known and within the limit."""
        value = self.figure.value
        if value is None:
            return False
        low = self.limit.at_least is None or value >= self.limit.at_least - _ROUNDING
        return low and (self.limit.at_most is None or value <= self.limit.at_most + _ROUNDING)

    def __str__(self) -> str:
        value = self.figure.value
        what = (
            f"could not be computed ({self.figure.estimate.reason})"
            if value is None
            else f"is {value:.4f}"
        )
        return f"{self.metric} [{self.scope}] {what}, must be {self.limit}"


def read_thresholds(path: Path) -> Thresholds:
    """Read a thresholds file. Raises BadThresholds that says where it is wrong."""
    try:
        thresholds = Thresholds.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadThresholds(
            f"{path} cannot be read: {error.strerror}.", "Check the path of the thresholds."
        ) from error
    except ValidationError as error:
        details = "; ".join(
            f"{'.'.join(map(str, d['loc']))}: {d['msg'].removeprefix('Value error, ')}"
            for d in error.errors()
        )
        raise BadThresholds(
            f"{path}: {details}.", "Write limits as metric = { at_least = 0.9 } under [scope]."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadThresholds(f"{path} is not TOML: {error}.", "Correct that line.") from error
    known = names()
    for scope, limits in thresholds.root.items():
        for metric in limits:
            if metric not in known:
                raise BadThresholds(
                    f"{path}: [{scope}] names the metric {metric!r}, which does not exist.",
                    f"The metrics are: {', '.join(known)}.",
                )
    return thresholds


def check(results: Sequence[Result], thresholds: Thresholds) -> tuple[Verdict, ...]:
    """Hold the results against every threshold, in the order of the file."""
    verdicts: list[Verdict] = []
    for scope, limits in thresholds.root.items():
        figures = {figure.metric: figure for figure in every_figure(results, scope)}
        verdicts += [
            Verdict(scope, metric, limit, figures[metric]) for metric, limit in limits.items()
        ]
    return tuple(verdicts)
