"""Growth from size to size as SVG, both axes logarithmic: linear growth is a slope of one."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from eval.charts import HEIGHT, WIDTH
from eval.speed.figures import Size

Points = Sequence[tuple[float, float]]
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 26, 36
_COLOURS = ("#2f6fb0", "#b5541c", "#3b8a4b", "#8b5fb0", "#777")
_LEGEND = 16


def plots(sizes: Sequence[Size]) -> dict[str, str]:
    """Return the drawings by file name."""
    at = [size.passages for size in sizes]
    plain = [(size.passages, size.plain) for size in sizes if size.plain]
    latency: dict[str, Points] = {
        name: [(n, size.asked.stages[name].p50) for n, size in zip(at, sizes, strict=True)]
        for name in ("search", "search, by date")
    }
    raw = [(size.passages, size.raw) for size in sizes if size.raw]
    latency["Chroma and encoder alone"] = [(n, found.dense.p50) for n, found in raw]
    latency["tantivy alone"] = [(n, found.terms.p50) for n, found in raw]
    latency["plain LlamaIndex"] = [(n, found.search.p50) for n, found in plain]
    return {
        "latency.svg": drawn("Search, median", "ms", latency),
        "memory.svg": drawn(
            "Memory",
            "MB",
            {
                "ingest, peak": [(size.passages, size.ingested.peak_mb) for size in sizes],
                "questions": [(size.passages, size.asked.loaded_mb) for size in sizes],
                "plain LlamaIndex, peak": [(n, found.peak_mb) for n, found in plain],
            },
        ),
        "disk.svg": drawn(
            "Disk",
            "MB",
            {
                "all": [(size.passages, size.ingested.disk) for size in sizes],
                **{
                    part: [(size.passages, size.ingested.disk_mb[part]) for size in sizes]
                    for part in ("chroma", "lexical", "library")
                },
                "plain LlamaIndex": [(n, found.disk_mb) for n, found in plain],
            },
        ),
    }


def drawn(title: str, unit: str, lines: Mapping[str, Points]) -> str:
    """Draw lines over passages, and name them below."""
    shown = {name: points for name, points in lines.items() if points}
    values = [point for points in shown.values() for point in points]
    across = _decades([x for x, _ in values])
    up = _decades([y for _, y in values])
    parts = [*_grid(across, up, unit)]
    for number, (name, points) in enumerate(shown.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(_x(x, across), _y(y, up)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        below = HEIGHT + _LEGEND * (number + 1) - 6
        parts.append(f'<rect x="{_LEFT}" y="{below - 8}" width="10" height="8" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + 16}" y="{below}">{escape(name)}</text>')
    height = HEIGHT + _LEGEND * len(shown) + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}" '
        'font-family="sans-serif" font-size="11" fill="#333" stroke-width="1.5">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="{_LEFT}" y="15" font-weight="bold">{escape(title)}</text>'
        f"{''.join(parts)}</svg>\n"
    )


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around values above zero."""
    low = math.floor(math.log10(max(min(values), 1e-3)))
    return low, max(low + 1, math.ceil(math.log10(max(*values, 1e-3))))


def _grid(across: tuple[int, int], up: tuple[int, int], unit: str) -> list[str]:
    left, right, top, bottom = _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM
    parts = []
    for power in range(across[0], across[1] + 1):
        x = _x(10.0**power, across)
        parts.append(f'<path d="M{x:.1f} {top}V{bottom}" stroke="#ddd" stroke-width="1"/>')
        label = f"{10.0**power:,.10g}"
        parts.append(f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{label}</text>')
    for power in range(up[0], up[1] + 1):
        y = _y(10.0**power, up)
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="#ddd" stroke-width="1"/>')
        label = f"{10.0**power:,.10g}"
        parts.append(f'<text x="{left - 5}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    middle = (left + right) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">passages</text>')
    parts.append(f'<text x="{right}" y="15" text-anchor="end">{escape(unit)}</text>')
    return parts


def _x(value: float, span: tuple[int, int]) -> float:
    return _LEFT + _part(value, span) * (WIDTH - _LEFT - _RIGHT)


def _y(value: float, span: tuple[int, int]) -> float:
    return HEIGHT - _BOTTOM - _part(value, span) * (HEIGHT - _TOP - _BOTTOM)


def _part(value: float, span: tuple[int, int]) -> float:
    low, high = span
    return (math.log10(max(value, 10.0**low)) - low) / (high - low)
