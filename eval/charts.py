"""The plots of the HTML report, as inline SVG: no script, no network, sharp at any size."""

from collections.abc import Sequence
from html import escape

from eval.report import Report
from eval.results import Result

WIDTH, HEIGHT = 420, 260
_LEFT, _BOTTOM, _TOP, _RIGHT = 44, 36, 12, 12
_BINS = 5


def by_scope(report: Report) -> str:
    """Draw the share of right replies of every kind and tag, with its 95 % interval."""
    rows = [(scope, found["correct"]) for scope, found in report.by_scope.items()]
    step, left, width = 22, 116, 460
    parts: list[str] = []
    for index, (scope, figure) in enumerate(rows):
        value, low, high = figure.value, figure.estimate.low, figure.estimate.high
        if value is None or low is None or high is None:
            continue
        y, span = index * step + 4, width - left - 80
        middle = y + 7
        parts.append(
            f'<text x="{left - 8}" y="{y + 11}" class="end">{escape(scope)}</text>'
            f'<rect x="{left}" y="{y}" width="{span * value:.1f}" height="14" class="bar"/>'
            f'<line x1="{left + span * low:.1f}" x2="{left + span * high:.1f}" y1="{middle}" '
            f'y2="{middle}" class="range"/>'
            f'<text x="{left + span + 8}" y="{y + 11}">{value:.2f} '
            f'<tspan class="dim">n={figure.estimate.n}</tspan></text>'
        )
    title = "Share of right replies by kind and tag, with 95 % intervals"
    return _svg(title, "".join(parts), width, len(rows) * step + 8)


def calibration(results: Sequence[Result]) -> str:
    """Draw how often the articles do answer against how sure the replies are of it, in five bins.

    On the diagonal, eight of ten questions with a confidence of 0.8 have an answer (reliability
    diagram, Murphy & Winkler 1977). A larger dot stands for more questions.
    """
    bins: list[list[Result]] = [[] for _ in range(_BINS)]
    for result in results:
        if result.outcome.answer is not None:
            bins[min(int(result.confidence * _BINS), _BINS - 1)].append(result)
    dots = "".join(
        f'<circle cx="{_x(sum(r.confidence for r in found) / len(found)):.1f}" '
        f'cy="{_y(_answerable(found)):.1f}" r="{3 + len(found) ** 0.5:.1f}" class="dot">'
        f"<title>{len(found)} questions, {_answerable(found):.2f} answerable</title></circle>"
        for found in bins
        if found
    )
    diagonal = f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" class="dim-line"/>'
    return _plot("Calibration", "confidence of the reply", "answerable", diagonal + dots)


def refusals(results: Sequence[Result]) -> str:
    """Draw how many answers are right when only the surest are given, from few to all.

    The risk-coverage curve (El-Yaniv & Wiener 2010), with the share of right answers upwards.
    Replies that are equally sure are given together, since no threshold could part them.
    """
    given = sorted((r for r in results if r.claims_something), key=lambda r: -r.confidence)
    points = [
        (count / len(results), _right(given[:count]))
        for count, result in enumerate(given, start=1)
        if count == len(given) or given[count].confidence < result.confidence
    ]
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    marks = "".join(f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="2" class="dot"/>'
                    for x, y in points)  # fmt: skip
    return _plot(
        "Refusal curve", "share of the questions answered, the surest first", "right of those",
        f'<polyline points="{line}" class="curve"/>{marks}',
    )  # fmt: skip


def _right(results: Sequence[Result]) -> float:
    return sum(result.verdict == "right" for result in results) / len(results)


def _answerable(results: Sequence[Result]) -> float:
    return sum(result.gold.answerable for result in results) / len(results)


def _x(value: float) -> float:
    return _LEFT + value * (WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return HEIGHT - _BOTTOM - value * (HEIGHT - _TOP - _BOTTOM)


def _plot(title: str, across: str, up: str, content: str) -> str:
    """Draw axes from 0 to 1 around some content."""
    ticks = "".join(
        f'<line x1="{_x(0)}" x2="{_x(1)}" y1="{_y(t):.1f}" y2="{_y(t):.1f}" class="grid"/>'
        f'<text x="{_x(0) - 6}" y="{_y(t) + 4:.1f}" class="end">{t:g}</text>'
        f'<text x="{_x(t):.1f}" y="{_y(0) + 16:.1f}" class="mid">{t:g}</text>'
        for t in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    labels = (
        f'<text x="{_x(0.5)}" y="{HEIGHT - 4}" class="mid">{across}</text>'
        f'<text transform="translate(11 {_y(0.5):.1f}) rotate(-90)" class="mid">{up}</text>'
    )
    return _svg(title, ticks + labels + content, WIDTH, HEIGHT)


def _svg(title: str, content: str, width: int, height: int) -> str:
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}">{content}</svg></figure>'
    )
