"""Fit what turns signals into probabilities: `python -m qa.training.reading.calibrate --data PATH`.

Questions are asked of pools as the product makes them, over documents that neither the reading
model nor the sentence reader was trained on. What was read is kept in `--work`, so that fitting
again takes seconds. Writes `calibration` into the model's `model.json`, with the curve that the
thresholds come from; the curve is cross-fitted over halves of the documents.
"""

import argparse
import json
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.crossencoder import MODEL, CrossEncoder
from qa.net import Net, sigmoid
from qa.overlap import Matrix
from qa.reader import Fitted, value_signals
from qa.sentence_reader import Ranked, SentenceReader
from qa.signals import Pool, pool_signals, read_pool, sentence_of, sentence_signals
from qa.training.data import Asked, Group, Part, clapnq, natural, part_of, squad
from qa.training.examples import collections
from qa.training.fitting import fit_yes_no
from qa.training.pools import SIZE, Collection
from qa.training.reading.judging import VIEWS, Judged, changed, support_of, written
from qa.training.reading.mixture import KEPT_CLAIMS, REWORDED, kept, seeded
from qa.training.reading.scores import f1, logistic
from qa.training.reading.tables import say
from qa.training.reading.thesaurus import Thesaurus
from qa.training.sentences import exported
from qa.training.vectors import Vectors

_KEPT, _KEPT_HALF = Part(0.8, 1), Part(0.5, 1)
_CLAPNQ_FITTED = Part(0, 0.5)
_ARTICLES = 36
_CHANGED, _WRITTEN = 60, 300
"""Claims of a kind that support is fitted to: of each made here, of each set."""
_SPARED = 0.025
"""Share of the true sentences made here that may have a probability below one half."""
_SMALL = 0.3
"""Share of questions asked of a pool as small as that of a folder of two or three articles."""
_REMOVED, _OTHER = 0.35, 0.15
_HALF = 0.5
_RIGHT = 0.5
"""F1 from which a span counts as the answer."""
_CURVE = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)


@dataclass(frozen=True)
class Case:
    """A question over a pool, as both models read it. `kind` as in `qa.training.examples`."""

    kind: str
    source: str
    document: str
    asked: Asked
    ranked: Ranked
    pool: Pool
    support: float
    labels: Matrix

    @property
    def answerable(self) -> bool:
        """Whether the pool answers."""
        return self.kind == "answerable"


def main() -> None:
    """Read, fit, write, report."""
    parser = argparse.ArgumentParser(description="Calibrate the reading model.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(".scratch/reading"))
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--per-article", type=int, default=8)
    parser.add_argument(
        "--wordnet", type=Path, help="WordNet's files: questions are put in other words"
    )
    args = parser.parse_args()
    remembered = args.work / "cases.pickle"
    if remembered.exists():
        cases = pickle.loads(remembered.read_bytes())  # noqa: S301 -- written by this script
    else:
        vectors = Vectors(args.work / "vectors.npz")
        every = groups(args.data, args.per_article)
        if args.wordnet:
            every = reworded(every, Thesaurus(args.wordnet))
        cases = list(read_cases(every, vectors, CrossEncoder(args.model)))
        remembered.write_bytes(pickle.dumps(cases))
    curve = report(cases)
    write(args.model, fit(cases), fit_support(args.data, CrossEncoder(args.model)), curve)


def groups(data: Path, per_article: int) -> list[Group]:
    """Return the collections that are asked."""
    reading = data / "reading"
    unseen = squad(reading / "squad_train.jsonl.xz", _KEPT, per_article=per_article)[:_ARTICLES]
    half = squad(reading / "squad2_dev.jsonl.xz", _KEPT_HALF, per_article=5 * per_article)
    typed = natural(reading / "qed_train.jsonl.xz", _KEPT, limit=12 * per_article)
    return [
        *collections(unseen),
        *(replace(group, name="squad2") for group in collections(half, whole=True)),
        typed,
        clapnq(data / "benchmarks" / "clapnq", _CLAPNQ_FITTED),
    ]


def reworded(every: Sequence[Group], thesaurus: Thesaurus) -> list[Group]:
    """Put some of the questions in other words, as people ask who have not read the articles."""
    rng = seeded("reworded cases")
    return [
        replace(
            group,
            asked=tuple(
                replace(asked, question=thesaurus.reworded(asked.question, rng))
                if rng.random() < REWORDED
                else asked
                for asked in group.asked
            ),
        )
        for group in every
    ]


def read_cases(every: Sequence[Group], vectors: Vectors, model: CrossEncoder) -> Iterator[Case]:
    """Ask every question, with its answer there, taken away, or of another collection."""
    reader = SentenceReader(vectors)
    vectors.add([p.text for group in every for p in group.passages])
    for n, group in enumerate(every):
        collection = Collection(group.passages, vectors.encode([p.text for p in group.passages]))
        strangers = every[(n + 1) % len(every)].asked
        tasks = list(_tasks(group, strangers))
        say(f"{group.name}: {len(tasks)} questions")
        for kind, asked, without in tasks:
            vector = vectors.encode([asked.question])[0]
            size = SIZE if part_of(asked.question) > _SMALL else SIZE // 3
            pool = collection.pool(asked.question, vector, without=without, size=size)
            ranked = reader.rank(asked.question, pool)
            if ranked is not None:
                yield _case(kind, group.name, asked, ranked, read_pool(model, ranked, pool), model)


def _tasks(group: Group, strangers: Sequence[Asked]) -> Iterator[tuple[str, Asked, frozenset[str]]]:
    for asked in group.asked:
        yield ("answerable" if asked.gold else "near"), asked, frozenset()
        if asked.answers and asked.gold and part_of(f"removed {asked.question}") < _REMOVED:
            wordings = [a.casefold() for a in asked.answers]
            yield (
                "removed",
                asked,
                frozenset(
                    p.id
                    for p in group.passages
                    if p.id == asked.home or any(w in p.text.casefold() for w in wordings)
                ),
            )
    for asked in strangers:
        if asked.gold and part_of(f"other {asked.question}") < _OTHER:
            yield "other", asked, frozenset()


def _case(
    kind: str, source: str, asked: Asked, ranked: Ranked, pool: Pool, model: CrossEncoder
) -> Case:
    support = -15.0
    if pool.findings:
        best = pool.findings[0]
        claim = f"{ranked.question} {best.text(pool.passages)}"
        support = model.read([(claim, best.window.text)])[0].supported
    labels = [kind == "answerable" and _holds(s, asked, pool) for s in ranked.overlap.sentences]
    document = asked.home.split("#")[0]
    return Case(kind, source, document, asked, ranked, pool, support, np.array(labels, np.float32))


def _holds(sentence: Any, asked: Asked, pool: Pool) -> bool:
    passage = pool.passages[sentence.passage]
    spans = [(passage.start + a, passage.start + b) for a, b in asked.gold]
    return passage.id == asked.home and any(
        sentence.start < end and start < sentence.end for start, end in spans
    )


@dataclass(frozen=True)
class Fits:
    """The three fitted parts."""

    sentence: Fitted
    answerable: Fitted
    value: Fitted


def fit(cases: Sequence[Case]) -> Fits:
    """Fit all parts, one after the other: each looks at what the one before says."""
    sentence = _fit_sentence(cases)
    scores = [sentence(dict(sentence_signals(c.ranked, c.pool))) for c in cases]
    return Fits(sentence, _fit_answerable(cases, scores), _fit_value(cases, scores))


def _fit_sentence(cases: Sequence[Case]) -> Fitted:
    signals = [sentence_signals(c.ranked, c.pool) for c in cases]
    names = tuple(signals[0])
    rows = np.concatenate([np.stack([s[n] for n in names], axis=1) for s in signals])
    labels = np.concatenate([c.labels for c in cases])
    weights = np.concatenate([np.full(len(c.labels), 1.0) for c in cases])
    net = fit_yes_no(rows, labels, weights, hidden=24, epochs=8)
    return Fitted(names, net)


def _fit_answerable(cases: Sequence[Case], scores: Sequence[Matrix]) -> Fitted:
    signals = [
        pool_signals(c.ranked, c.pool, s, c.support) for c, s in zip(cases, scores, strict=True)
    ]
    names = tuple(signals[0])
    rows = np.array([[s[n] for n in names] for s in signals], dtype=np.float32)
    labels = np.array([c.answerable for c in cases], dtype=np.float32)
    weights = _balanced(cases)
    return Fitted(names, fit_yes_no(rows, labels, weights, hidden=12, epochs=40, rate=3e-3))


def _balanced(cases: Sequence[Case]) -> Matrix:
    """Weigh answerable and unanswerable alike, and near misses as much as all others."""
    kinds = {"near": 0.3, "removed": 0.14, "other": 0.06, "answerable": 0.5}
    counts = {kind: max(1, sum(c.kind == kind for c in cases)) for kind in kinds}
    weights = np.array([kinds[c.kind] / counts[c.kind] for c in cases], dtype=np.float32)
    scaled: Matrix = weights / weights.mean()
    return scaled


def _fit_value(cases: Sequence[Case], scores: Sequence[Matrix]) -> Fitted:
    rows: list[Mapping[str, float]] = []
    labels: list[float] = []
    for case, score in zip(cases, scores, strict=True):
        for finding in case.pool.findings[:6]:
            at = sentence_of(finding, case.pool, case.ranked.overlap.sentences)
            if at is None:
                continue
            rows.append(value_signals(finding, case.pool, float(score[at]), float(score.max())))
            text = finding.text(case.pool.passages)
            right = case.answerable and any(f1(text, a) >= _RIGHT for a in answers(case))
            labels.append(float(right))
    names = tuple(rows[0])
    table = np.array([[row[n] for n in names] for row in rows], dtype=np.float32)
    ones = np.ones(len(rows), dtype=np.float32)
    net = fit_yes_no(table, np.array(labels, dtype=np.float32), ones, hidden=8, epochs=20)
    return Fitted(names, net)


def answers(case: Case) -> tuple[str, ...]:
    """Return the accepted wordings; for CLAPNQ, the sentences."""
    if case.asked.answers:
        return case.asked.answers
    home = next((p for p in case.pool.passages if p.id == case.asked.home), None)
    return tuple(home.text[a:b] for a, b in case.asked.gold) if home else ()


def report(cases: Sequence[Case]) -> list[dict[str, float]]:
    """Print what is refused at which threshold, each half judged by a fit on the other."""
    halves: tuple[list[Case], list[Case]] = ([], [])
    for case in cases:
        halves[part_of(f"half {case.document}") < _HALF].append(case)
    found: list[tuple[Case, float, bool, bool]] = []
    for own, other in (halves, halves[::-1]):
        fits = fit(own)
        found += [(case, *judge(case, fits)) for case in other]
    for name, at in (("sentence reader", 3), ("with the reading model", 2)):
        known = [row for row in found if row[0].answerable]
        say(f"right sentence first, {name}: {np.mean([row[at] for row in known]):.3f}")
    return _curve(found)


def judge(case: Case, fits: Fits) -> tuple[float, bool, bool]:
    """Return the probability of an answer, and whether the first sentence is right: new, old."""
    scores = fits.sentence(dict(sentence_signals(case.ranked, case.pool)))
    signals = pool_signals(case.ranked, case.pool, scores, case.support)
    chance = float(sigmoid(float(fits.answerable(dict(signals))[0])))
    labels = case.labels
    return (
        chance,
        bool(labels[int(scores.argmax())]),
        bool(labels[int(case.ranked.logits.argmax())]),
    )


def _curve(found: Sequence[tuple[Case, float, bool, bool]]) -> list[dict[str, float]]:
    parts = {
        "answerable": [r for r in found if r[0].answerable],
        "answerable SQuAD 2.0": [r for r in found if r[0].answerable and r[0].source == "squad2"],
        "near misses SQuAD 2.0": [
            r for r in found if r[0].kind == "near" and r[0].source == "squad2"
        ],
        "answer removed": [r for r in found if r[0].kind == "removed"],
        "other topic": [r for r in found if r[0].kind == "other"],
        "CLAPNQ answerable": [r for r in found if r[0].source == "clapnq" and r[0].answerable],
        "CLAPNQ unanswerable": [
            r for r in found if r[0].source == "clapnq" and r[0].kind == "near"
        ],
    }
    say("| refused below | " + " | ".join(f"{k} ({len(v)})" for k, v in parts.items()) + " |")
    curve = []
    for threshold in _CURVE:
        row = {
            k: float(np.mean([r[1] < threshold for r in v])) if v else 0.0 for k, v in parts.items()
        }
        say(f"| {threshold:.2f} | " + " | ".join(f"{x:.3f}" for x in row.values()) + " |")
        curve.append({"threshold": threshold, **{k: round(x, 4) for k, x in row.items()}})
    return curve


def fit_support(data: Path, model: CrossEncoder) -> dict[str, float]:
    """Fit the scale and shift that make a probability of the logit of support.

    The scale is fitted to claims of every kind: written and edited by people, and made here. The
    shift lets `1 - _SPARED` of the true sentences pass at one half: the hard facts catch many of
    the false ones as well, and nothing brings back a true statement that was removed.
    """
    corpus = kept(data)
    judged = [
        claim
        for source in ("FEVER", "WiCE", "SummEdits")
        for claim in _some(
            [c for c in written(data / "claims", KEPT_CLAIMS) if c.source == source], source
        )
    ]
    samples = changed(corpus.pools["squad"], _CHANGED)
    pairs = [(s.query, s.text) for s in samples]
    support = support_of(model, [*pairs, *(pair for claim in judged for pair in claim.pairs())])
    rows = [support(pair) for pair in pairs]
    rows += [claim.logit(support, VIEWS) for claim in judged]
    truth = [bool(s.supported) for s in samples] + [claim.supported for claim in judged]
    scale, _ = logistic(np.array(rows)[:, None], np.array(truth))
    spared = np.quantile(
        [row for row, s in zip(rows, samples, strict=False) if s.supported], _SPARED
    )
    return {"scale": round(float(scale), 4), "shift": round(float(-scale * spared), 4)}


def _some(claims: Sequence[Judged], source: str) -> list[Judged]:
    return seeded(f"support {source}").sample(list(claims), min(_WRITTEN, len(claims)))


def write(
    folder: Path,
    fits: Fits,
    support: Mapping[str, float],
    curve: Sequence[Mapping[str, float]],
) -> None:
    """Put the calibration into the model's JSON file."""
    path = folder / "model.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["calibration"] = {
        "sentence": _exported(fits.sentence),
        "answerable": _exported(fits.answerable),
        "value": _exported(fits.value),
        "support": dict(support),
    }
    manifest["curve"] = list(curve)
    path.write_text(json.dumps(manifest, separators=(",", ":")) + "\n", encoding="utf-8")


def _exported(fitted: Fitted) -> dict[str, Any]:
    net: Net = fitted.net
    return {"signals": list(fitted.names), **exported(net)}


if __name__ == "__main__":
    main()
