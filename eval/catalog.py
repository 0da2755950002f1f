"""Every metric by name: which questions it is meant for, what it says, how it is computed.

Each metric is a function in one of the modules below; its name and the first line of its
docstring are what reports, thresholds and the documentation call it. The arithmetic lies in
`eval.metrics`.
"""

from collections.abc import Mapping

from eval import answers, citations, honesty, retrieval
from eval.groups import Metric
from eval.metrics import Score, Undefined
from eval.results import Case

METRICS: dict[str, Metric] = {
    metric.name: metric
    for group in (answers.metric, citations.metric, honesty.metric, retrieval.metric)
    for metric in group.metrics
}
"""By name, in the order of the reports."""


def judge(case: Case) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """Compute every metric meant for the question: the values, and the reasons where none.

    A question that failed has no figures but `correct`, which is 0: nobody got a right reply.
    """
    scores: dict[str, float] = {}
    unscored: dict[str, str] = {}
    for metric in METRICS.values():
        if not metric.meant_for(case):
            continue
        value = metric.judge(case, case.answer) if case.answer else _failed(case, metric)
        if isinstance(value, Undefined):
            unscored[metric.name] = value.reason
        else:
            scores[metric.name] = value
    return scores, unscored


def _failed(case: Case, metric: Metric) -> Score:
    problem = case.outcome.problem
    reason = f"the question failed: {problem.type if problem else 'no answer came'}"
    return 0.0 if metric.name == "correct" else Undefined(reason)
