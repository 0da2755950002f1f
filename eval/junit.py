"""The report as JUnit XML, which CI systems show next to the unit tests.

The thresholds are the tests: one that is missed is a failure. A question that got a wrong reply
is marked as skipped with the reason, because a gate below 100 % lets some of them pass and CI
systems fail a build for any failure they find.
"""

import re
from xml.etree import ElementTree as ET

from eval.report import Report
from eval.results import Result

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """Return the report as JUnit XML."""
    root = ET.Element("testsuites", name=_legal(report.title))
    _gate(report, root)
    _questions(report, root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _gate(report: Report, root: ET.Element) -> None:
    checks = [(f"{v.metric} [{v.scope}]", v.passed, str(v)) for v in report.verdicts]
    if report.comparison:
        checks += [
            (f"{c.metric} against the baseline", not c.regression, str(c))
            for c in report.comparison.changes
        ]
    failed = sum(not passed for _, passed, _ in checks)
    suite = ET.SubElement(root, "testsuite", name="gate", tests=str(len(checks)),
                          failures=str(failed), errors="0", skipped="0", time="0")  # fmt: skip
    for name, passed, message in checks:
        case = ET.SubElement(suite, "testcase", classname="gate", name=_legal(name), time="0")
        if not passed:
            ET.SubElement(case, "failure", message=_legal(message))


def _questions(report: Report, root: ET.Element) -> None:
    skipped = sum(result.verdict != "right" for result in report.results)
    seconds = sum(result.outcome.wall_ms for result in report.results) / 1000
    suite = ET.SubElement(root, "testsuite", name="questions", tests=str(len(report.results)),
                          failures="0", errors="0", skipped=str(skipped),
                          time=f"{seconds:.3f}")  # fmt: skip
    for result in report.results:
        name = _legal(f"{result.gold.id}: {result.gold.question}")
        time = f"{result.outcome.wall_ms / 1000:.3f}"
        case = ET.SubElement(suite, "testcase", classname=result.gold.kind, name=name, time=time)
        if result.verdict != "right":
            ET.SubElement(case, "skipped", message=_legal(_why(result)))


def _why(result: Result) -> str:
    outcome = result.outcome
    if outcome.answer is None:
        return f"failed: {outcome.problem.detail if outcome.problem else 'no answer came'}"
    return f"wrong: {outcome.answer.answer}"


def _legal(text: str) -> str:
    """Replace what XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
