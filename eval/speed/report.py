"""A run as JSON, as Markdown with ratios, and as plots."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.speed.figures import Raw, Run, Service, Size, Starts, Times, Turns
from eval.speed.plots import plots
from eval.speed.targets import Target, targets
from qa.errors import UsageError

_ABOUT = """\
Articles are made up, with what matters of news: words by Zipf's law, topics with words of their
own, names, figures and dates over ten years, log-normal lengths of sentences and articles
(`eval/speed/corpus.py`). Every measurement runs in a process of its own. Questions are all
different, so that nothing is answered from memory, except where one is asked again. Memory is what
the system counts as resident. Recall is measured against all vectors of the collection.

* **Raw encoder**: passages that were ingested, embedded once more by the same runtime, all at once
  and with nothing else to do.
* **In turns**: ingest, the raw encoder and plain LlamaIndex over the same articles, in one process,
  one after the other and then again over the next, so that what slows the machine for a while
  slows all three; the targets are medians of the turns' own ratios.
* **A half alone**: embedding the question and Chroma, or tantivy, by the product's own functions,
  in turns with the whole search, so that both have the same machine.
* **Chroma alone, tantivy alone**: the product's own collection and index, asked by their own calls
  from another process. The dense half includes embedding the question, without which there is none.
* **Plain LlamaIndex**: `SimpleDirectoryReader`, `SentenceSplitter` (with the model's tokenizer and
  the product's length of passages, so that passages compare), an embedding that calls
  sentence-transformers with its defaults, as `HuggingFaceEmbedding` does, `ChromaVectorStore`, and
  `QueryFusionRetriever` over the dense half, which is all that it has. It embeds a part of the
  articles; the rest gets stand-in vectors.
* **Stand-in vectors**: sums of fixed random vectors of the words, at sizes at which embedding
  everything would take too long. They are marked, and their ingest is without embedding. Questions
  are embedded all the same, so that their times are true.
"""

_NOTES = "\n## Notes\n"


def write(run: Run, folder: Path) -> None:
    """Write speed.json, speed.md and the plots into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / "speed.md").write_text(markdown(run), encoding="utf-8")
    _write_plots(run, folder)


def read(folder: Path) -> Run:
    """Return the run that was written into a folder; UsageError when it cannot be read."""
    path = folder / "speed.json"
    try:
        return Run.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Choose another --out.") from error


def document(run: Run, path: Path) -> None:
    """Write the Markdown to `path`, and the plots into a folder of its name beside it.

    What stands there below the heading "Notes" stays.
    """
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    before = path.read_text("utf-8") if path.exists() else ""
    _, heading, notes = before.partition(_NOTES)
    path.write_text(f"{markdown(run, f'{folder.name}/')}{heading}{notes}", encoding="utf-8")
    _write_plots(run, folder)


def _write_plots(run: Run, folder: Path) -> None:
    for name, drawing in plots(run.sizes).items() if run.sizes else ():
        (folder / name).write_text(drawing, encoding="utf-8")


def markdown(run: Run, beside: str = "") -> str:
    """Return the report; `beside` is the folder of the plots, as its links name it."""
    return "\n".join(_lines(run, beside)) + "\n"


def _lines(run: Run, beside: str) -> Iterator[str]:
    yield from ("# Performance", "", *_machine(run), "")
    yield from ("## Targets", "", *_targets(targets(run)), "")
    if run.sizes:
        yield from ("## Ingest", "", *_ingest(run.sizes), "")
    if run.turns:
        yield from ("### In turns", "", *_turns(run.turns), "")
    if run.sizes:
        yield from ("## Search and answers", "", "Milliseconds.", "", *_times(run.sizes), "")
        yield from ("## Growth", "", *_growth(run.sizes), "")
    if len(run.sizes) > 1:
        yield from (f"![{name}]({beside}{name})" for name in plots(run.sizes))
        yield ""
    if run.service:
        yield from ("## Service", "", *_service(run.service), "")
    if run.starts:
        yield from ("## Starts", "", *_starts(run.starts), "")
    if run.vectors or run.cranfield:
        yield from ("## Vectors", "", *_vectors(run), "")
    if run.failed:
        yield from ("## Broke off", "", *(f"* {_line(reason)}" for reason in run.failed), "")
    yield from ("## How it is measured", "", _ABOUT.rstrip())


def _line(reason: str) -> str:
    """Return what a measurement ended with: its name, and the last line of what it wrote."""
    first, _, rest = reason.partition(": ")
    lines = [line for line in rest.splitlines() if line.strip()]
    return f"{first}: {lines[-1]}" if lines else first


def _machine(run: Run) -> Iterator[str]:
    machine = run.machine
    yield f"Made by `{run.command}` on {run.date}, seed {run.seed}; `make bench` makes another."
    yield ""
    yield (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb:g} GB of memory, "
        f"{machine.system}, Python {machine.python}; load before the run {machine.load_before:g}."
    )
    yield ", ".join(f"{name} {version}" for name, version in machine.packages.items()) + "."
    if run.sizes:
        yield f"The model runs on {run.sizes[0].ingested.runtime}."


def _targets(found: Sequence[Target]) -> Iterator[str]:
    yield from _head("target", "measured", "limit", "")
    for target in found:
        limit = "" if target.limit is None else f"{target.bound} {target.limit:g}"
        held = {True: "held", False: "**missed**", None: ""}[target.held]
        yield _row(target.name, _figure(target.value), limit, held)


def _ingest(sizes: Sequence[Size]) -> Iterator[str]:
    yield from _head(
        "passages", "articles", "vectors", "passages/s", "raw encoder", "ratio",
        "plain LlamaIndex", "ratio", "unchanged again, s",
    )  # fmt: skip
    for size in sizes:
        found, plain = size.ingested, size.plain.rate if size.plain else None
        rate = found.rate.each_second
        yield _row(
            f"{size.passages:,}",
            f"{found.articles:,}",
            "model's" if found.own_vectors else "stand-ins",
            _figure(rate),
            *_beside(rate, found.encoder.each_second if found.encoder else None),
            *_beside(rate, plain.each_second if plain else None),
            _figure(found.resync_s),
        )


def _turns(found: Turns) -> Iterator[str]:
    yield from _head(
        "turn", "passages", "passages/s", "raw encoder", "ratio", "plain LlamaIndex", "ratio"
    )
    for number, turn in enumerate(found.turns, 1):
        rate = turn.product.each_second
        yield _row(
            f"{number}",
            f"{turn.product.passages:,}",
            _figure(rate),
            *_beside(rate, turn.encoder.each_second),
            *_beside(rate, turn.plain.each_second if turn.plain else None),
        )


def _beside(rate: float, other: float | None) -> tuple[str, str]:
    return ("", "") if other is None else (_figure(other), _figure(rate / other))


def _times(sizes: Sequence[Size]) -> Iterator[str]:
    yield from _head("passages", "what", "n", "p50", "p95", "p99", "p50 / slower half alone")
    for size in sizes:
        own = size.asked.stages
        alone = max(own["dense"].p50, own["terms"].p50)
        shown: list[tuple[str, Times | None, bool]] = [
            *((name, times, name.startswith("search")) for name, times in _stages(size)),
            *(_limits(size.raw) if size.raw else ()),
            ("plain LlamaIndex, search", size.plain.search if size.plain else None, True),
            *((f"answer: {name}", times, False) for name, times in size.asked.answers.items()),
        ]
        for name, times, related in shown:
            if times is not None:
                ratio = _figure(times.p50 / alone) if related else ""
                yield _row(f"{size.passages:,}", name, str(times.n), *_percentiles(times), ratio)


def _stages(size: Size) -> Iterator[tuple[str, Times]]:
    names = {
        "embed": "embed the question", "vectors": "Chroma", "dense": "dense half, both of these",
        "terms": "lexical half",
    }  # fmt: skip
    for name, times in size.asked.stages.items():
        yield names.get(name, name), times


def _limits(raw: Raw) -> Iterator[tuple[str, Times | None, bool]]:
    yield "limit: encoder and Chroma alone", raw.dense, True
    yield "limit: Chroma alone", raw.vectors, False
    yield "Chroma's own filter, by date", raw.vectors_dated, False
    yield "limit: tantivy alone", raw.terms, False


def _growth(sizes: Sequence[Size]) -> Iterator[str]:
    yield from _head(
        "passages", "search p50, ms", "ingest, peak MB", "questions, MB", "disk, MB",
        "disk a passage, kB", "plain: peak MB", "plain: disk, MB",
    )  # fmt: skip
    for size in sizes:
        plain = size.plain
        yield _row(
            f"{size.passages:,}",
            _figure(size.asked.stages["search"].p50),
            _figure(size.ingested.peak_mb),
            _figure(size.asked.loaded_mb),
            _figure(size.ingested.disk),
            _figure(1000 * size.ingested.disk / size.passages),
            _figure(plain.peak_mb) if plain else "",
            _figure(plain.disk_mb) if plain else "",
        )
    if len(sizes) > 1:
        first, last = sizes[0], sizes[-1]
        more = last.passages - first.passages
        each = 1000 * (last.asked.loaded_mb - first.asked.loaded_mb) / more
        yield ""
        yield f"From the first to the last size, questions take {each:.2f} kB more a passage."


def _service(found: Service) -> Iterator[str]:
    load, bare = found.load, found.bare_load
    yield f"Over HTTP, by one client; an index of {found.passages:,} passages. Milliseconds."
    yield ""
    yield from _head("route", "n", "p50", "p95", "p99")
    rows = {
        "bare FastAPI, POST": found.bare,
        "`GET /healthz`": found.healthz,
        "`GET /api/search`": found.search,
    }
    for name, times in rows.items():
        yield _row(name, str(times.n), *_percentiles(times))
    yield ""
    yield f"{load.askers} askers at once:"
    yield ""
    yield from _head("", "seconds", "answered", "a second", "errors", "p50, ms", "p95, ms", "MB")
    for name, run in (("`POST /api/ask`", load), ("bare FastAPI", bare)):
        shown = _percentiles(run.times)[:2] if run.times else ("", "")
        memory = f"{run.memory_mb[0]:.0f} to {run.memory_mb[-1]:.0f}, most {max(run.memory_mb):.0f}"
        yield _row(
            name, _figure(run.seconds), f"{run.answered:,}", _figure(run.each_second),
            str(run.errors), *shown, memory,
        )  # fmt: skip


def _starts(found: Starts) -> Iterator[str]:
    alone = found.sentence_transformers_s
    rows = {
        '`python -c "import sentence_transformers"`': alone,
        "`qa --help`": found.help_s,
        "`qa ask`, without a server": found.ask_s,
        "`qa serve` until `/healthz`": found.healthz_s,
        "`qa serve` until `/readyz`": found.readyz_s,
    }
    yield from _head("what", "seconds", "ratio")
    for name, seconds in rows.items():
        yield _row(name, _figure(seconds), _figure(seconds / alone))


def _vectors(run: Run) -> Iterator[str]:
    if run.vectors:
        yield (
            f"Over {run.vectors.texts} texts (words, sentences, passages, questions, several "
            "scripts) the least cosine between the product's vector and sentence-transformers' "
            f"own is {run.vectors.least_cosine:.6f}."
        )
    if run.vectors and run.cranfield:
        yield ""
    if run.cranfield:
        yield f"Cranfield, {run.cranfield.queries} queries, nDCG@10:"
        yield ""
        yield from _head("ranking", "the product's vectors", "sentence-transformers' own")
        for way, value in run.cranfield.product.items():
            yield _row(way, f"{value:.4f}", f"{run.cranfield.reference[way]:.4f}")


def _percentiles(times: Times) -> tuple[str, str, str]:
    return _figure(times.p50), _figure(times.p95), _figure(times.p99)


def _figure(value: float) -> str:
    """Show three digits, or all before the point."""
    if value >= 100:  # noqa: PLR2004 -- three digits
        return f"{value:,.0f}"
    return f"{value:.6f}".rstrip("0").rstrip(".") if 0.99 <= value < 1 else f"{value:.3g}"  # noqa: PLR2004 -- a cosine needs its digits


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield "|" + " --- |" * len(names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
