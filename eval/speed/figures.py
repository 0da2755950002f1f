"""What a run measures. Everything is kept as JSON, and can be read back from it.

Times are in milliseconds where the name does not say otherwise, memory and disk in MB (10^6 bytes).
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np

from qa.types import Frozen

Section = Literal["plain", "turns", "service", "starts", "vectors"]
"""What may be left out of a run."""


class Times(Frozen):
    """How long something took, `n` times, in milliseconds."""

    n: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Summarise measurements, of which there must be one."""
        p50, p95, p99 = (round(1000 * float(np.percentile(seconds, p)), 3) for p in (50, 95, 99))
        return cls(n=len(seconds), p50=p50, p95=p95, p99=p99)


class Rate(Frozen):
    """Passages that went through in some seconds, and how many characters of articles those were.

    Characters are None where no whole articles went through.
    """

    passages: int
    seconds: float
    characters: int | None = None

    @property
    def each_second(self) -> float:
        """Passages per second."""
        return self.passages / self.seconds

    @property
    def characters_each_second(self) -> float | None:
        """Characters of articles per second, however they were cut."""
        return None if self.characters is None else self.characters / self.seconds


class Ingested(Frozen):
    """An ingest by the product, and the raw encoder over its passages, in the same process.

    `own_vectors`: made by the model; else the vectors are stand-ins, and `rate` is without
    embedding. `resync_s` is a second ingest, of which nothing has changed.
    """

    own_vectors: bool
    articles: int
    rate: Rate
    encoder: Rate | None
    resync_s: float
    before_mb: float
    peak_mb: float
    disk_mb: Mapping[str, float]
    runtime: str

    @property
    def disk(self) -> float:
        """All that lies on disk."""
        return sum(self.disk_mb.values())


class Turn(Frozen):
    """One turn over the same articles: the product, the raw encoder, and plain LlamaIndex."""

    product: Rate
    encoder: Rate
    plain: Rate | None


class Turns(Frozen):
    """Several of them. A ratio is the median of the turns' own."""

    turns: Sequence[Turn]

    def beside_encoder(self) -> Sequence[float]:
        """Passages a second as a multiple of the raw encoder's, of each turn."""
        return [t.product.each_second / t.encoder.each_second for t in self.turns]

    def beside_plain(self) -> Sequence[float]:
        """Passages a second as a multiple of plain LlamaIndex's, of each turn that has both."""
        return [t.product.each_second / t.plain.each_second for t in self.turns if t.plain]

    def characters_beside_plain(self) -> Sequence[float]:
        """Characters a second as such a multiple: passages may be cut longer or shorter."""
        return [t.plain.seconds / t.product.seconds for t in self.turns if t.plain]


class Asked(Frozen):
    """Questions to the product, in one process: every stage of retrieval, and of whole answers."""

    stages: Mapping[str, Times]
    answers: Mapping[str, Times]
    statuses: Mapping[str, int]
    loaded_mb: float
    peak_mb: float


class Raw(Frozen):
    """The same collection and the same terms, asked by Chroma's and tantivy's own calls.

    `dense` embeds the question with the product's runtime and queries Chroma; `vectors` is that
    query alone, `vectors_dated` the same with Chroma's own filter, None where that fails. `recall`
    is the share of the ten passages truly nearest to a question that Chroma finds, over all
    questions.
    """

    dense: Times
    vectors: Times
    terms: Times
    vectors_dated: Times | None
    recall: float
    loaded_mb: float


class Plain(Frozen):
    """A plain LlamaIndex pipeline. `rate` is over a part of the articles, embedded by the model."""

    rate: Rate | None
    search: Times
    passages: int
    own_vectors: int
    load_s: float
    peak_mb: float
    disk_mb: float


class Size(Frozen):
    """All that is measured at one size. What was left out, or broke off, is None."""

    wanted: int
    ingested: Ingested
    asked: Asked
    raw: Raw | None = None
    plain: Plain | None = None

    @property
    def passages(self) -> int:
        """Passages in the index."""
        return self.ingested.rate.passages


class Starts(Frozen):
    """Seconds that starting takes; each is the median of some."""

    help_s: float
    ask_s: float
    healthz_s: float
    readyz_s: float
    sentence_transformers_s: float


class Load(Frozen):
    """Askers who ask at the same time, each the next question once the last is answered."""

    askers: int
    seconds: float
    answered: int
    errors: int
    times: Times | None
    memory_mb: Sequence[float]

    @property
    def each_second(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds

    @property
    def growth(self) -> float:
        """Memory at the end as a multiple of that in the middle, when everything was in use."""
        return self.memory_mb[-1] / self.memory_mb[len(self.memory_mb) // 2]


class Service(Frozen):
    """The real server over HTTP, beside a FastAPI route that does nothing, by the same client."""

    passages: int
    bare: Times
    healthz: Times
    search: Times
    load: Load
    bare_load: Load


class Vectors(Frozen):
    """The product's vectors beside sentence-transformers' own: the least cosine over some texts."""

    texts: int
    least_cosine: float


class Cranfield(Frozen):
    """nDCG@10 of Cranfield's queries, with the product's vectors and with the reference's."""

    queries: int
    product: Mapping[str, float]
    reference: Mapping[str, float]


class Machine(Frozen):
    """What everything ran on."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    packages: Mapping[str, str]
    load_before: float


class Run(Frozen):
    """One run of the benchmark. What was left out, or broke off, is None; `failed` says why."""

    command: str
    date: str
    seed: int
    machine: Machine
    sizes: Sequence[Size]
    turns: Turns | None = None
    service: Service | None = None
    starts: Starts | None = None
    vectors: Vectors | None = None
    cranfield: Cranfield | None = None
    failed: Sequence[str] = ()
