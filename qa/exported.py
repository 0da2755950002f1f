"""A sentence-transformers model as an ONNX network: written once, then run without torch.

The export lies in the cache, under a name made of the digest of the model's files, and is used
only if its vectors are those of sentence-transformers itself: `LEAST_COSINE` for each of a mixed
set of texts. A model that cannot be exported so is remembered as such.
"""

import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from qa.bundled import check_digests
from qa.errors import ModelDigestMismatch, ModelNotFound
from qa.inference import Arrays, Choice, Outputs, Session, choose, open_session, padded

LEAST_COSINE = 0.9999
SAMPLES = (
    "Ready?",
    "  Spaces\tand\n\nline breaks   around it. ",
    "MADURO said on 12 December 2025 that the seizure of the tanker was “an act of piracy”.",
    "Die Küste war überflutet; 3.500 Menschen flohen. Ça va? Добрый день. 東京 \U0001f30a",
    "https://example.org/a?b=c&d=%20e <b>bold</b> [1] {json: true} -- 4.5 % ± 0.2",
    "The harbour was closed on Thursday after the storm. " * 6,
    "Fishermen, traders and officials argued over who should pay for the repair. " * 40,
)
"""Short and long, several scripts, marks, and longer than any model reads."""
_LAYOUT = 2
"""Counted up when what is written changes."""
_OPSET = 17
_TOKENS = 2048
"""Tokens of a batch, padding included."""
_SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Rows of a batch: an engine keeps half a megabyte for each shape that it has ever seen."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Export:
    """An exported model: its files, and how texts are put to it."""

    folder: Path
    digest: str
    longest: int
    prompt: str
    inputs: Sequence[str]

    @property
    def network(self) -> Path:
        """The file of the network."""
        return self.folder / "model.onnx"


class ExportedModel:
    """Embeds texts by an exported model. Safe to use from several threads."""

    def __init__(self, export: Export, memory: Path) -> None:
        self._export = export
        self._memory = memory

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, which neither cuts nor pads."""
        from tokenizers import Tokenizer

        found = Tokenizer.from_file(str(self._export.folder / "tokenizer.json"))
        found.no_truncation()
        found.no_padding()
        return found

    @cached_property
    def _cutting(self) -> Any:
        from tokenizers import Tokenizer

        found = Tokenizer.from_str(self.tokenizer.to_str())
        found.enable_truncation(self._export.longest)
        return found

    @cached_property
    def choice(self) -> Choice:
        """The engine that runs it here."""
        sample = self._feeds(self._tokens([SAMPLES[5]] * 8))
        return choose(
            self._export.network, self._export.digest, sample, _agree, self._memory
        )  # fmt: skip

    @property
    def runtime(self) -> str:
        """What runs the model, for people."""
        return str(self.choice)

    @cached_property
    def session(self) -> Session:
        """The network, loaded."""
        return open_session(self._export.network, self.choice.engine, self._memory)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed `texts`: an array of shape (n, dimensions), rows of length 1."""
        tokens = self._tokens(texts)
        groups = self._groups(tokens)
        batches = (self._feeds([tokens[n] for n in group]) for group in groups)
        # A question, or a short text, is not kept waiting by an ingest.
        one = len(groups) == 1
        made = [self.session.run_one(next(batches))] if one else self.session.run(batches)
        rows: dict[int, Vectors] = {}
        for group, (vectors,) in zip(groups, made, strict=True):
            rows.update(zip(group, unit(vectors[: len(group)]), strict=True))
        return (
            np.stack([rows[n] for n in range(len(texts))]) if rows else np.empty((0, 0), np.float32)
        )

    def _tokens(self, texts: Sequence[str]) -> Sequence[Any]:
        prompt = self._export.prompt
        found: Sequence[Any] = self._cutting.encode_batch([f"{prompt}{text}" for text in texts])
        return found

    def _groups(self, rows: Sequence[Any]) -> list[list[int]]:
        """Put texts of like length together, as many as a batch may have; return their places."""
        order = sorted(range(len(rows)), key=lambda n: len(rows[n].ids))
        groups = []
        while order:
            most = max(1, _TOKENS // padded(len(rows[order[-1]].ids)))
            size = max(size for size in _SIZES if size <= most)
            groups.append(order[-size:])
            del order[-size:]
        return groups

    def _feeds(self, rows: Sequence[Any]) -> Arrays:
        length = padded(max(len(row.ids) for row in rows))
        size = min(size for size in _SIZES if size >= len(rows))
        made = {
            name: np.zeros((size, length), dtype=np.int64)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        made["attention_mask"][:, 0] = 1  # rows that only fill up are no special case
        for n, row in enumerate(rows):
            made["input_ids"][n, : len(row.ids)] = row.ids
            made["attention_mask"][n, : len(row.ids)] = 1
            made["token_type_ids"][n, : len(row.ids)] = row.type_ids
        return {name: made[name] for name in self._export.inputs}


def find(digest: str, cache: Path) -> Export | None:
    """Return the export of the model with this digest, None when there is none yet.

    `NotExportable` when it was tried before and did not work.
    """
    folder = _folder(digest, cache)
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        if "refused" in manifest:
            raise NotExportable(manifest["refused"])
        check_digests(folder, manifest["digests"])
        return Export(
            folder=folder,
            digest=manifest["digests"]["model.onnx"],
            longest=manifest["longest"],
            prompt=manifest["prompt"],
            inputs=manifest["inputs"],
        )
    except (OSError, ValueError, KeyError, TypeError, ModelNotFound, ModelDigestMismatch):
        return None


class NotExportable(Exception):
    """A model cannot be exported, and why; torch then runs it."""


def export(model: Any, digest: str, cache: Path) -> Export:
    """Write `model`, a SentenceTransformer, as ONNX, and check that its vectors stay the same.

    `NotExportable` when they do not, `OSError` when the cache cannot be written.
    """
    folder = _folder(digest, cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        found = find(digest, cache)
        if found is not None:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix="part-"))
        try:
            manifest = _written(model, part)
            (part / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            part.replace(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        found = find(digest, cache)
    if found is None:
        raise OSError(f"what was written to {folder} cannot be read")
    return found


def _written(model: Any, part: Path) -> dict[str, Any]:
    try:
        return _exported(model, part)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 -- an exporter fails in its own ways
        for file in part.iterdir():
            file.unlink()
        return {"refused": f"{type(error).__name__}: {error}"[:500]}


def _exported(model: Any, part: Path) -> dict[str, Any]:
    tokens = model.tokenizer
    backend = tokens.backend_tokenizer.to_str()
    (part / "tokenizer.json").write_text(backend, encoding="utf-8")
    example = dict(tokens(["a word", "some more words"], padding=True, return_tensors="pt"))
    _trace(model, example, part / "model.onnx")
    manifest = {
        "longest": int(model.get_max_seq_length() or tokens.model_max_length),
        "prompt": model.prompts.get(model.default_prompt_name or "", ""),
        "inputs": list(example),
        "digests": {name: _digest(part / name) for name in ("model.onnx", "tokenizer.json")},
    }
    _compare(model, Export(part, "", manifest["longest"], manifest["prompt"], list(example)))
    return manifest


def _trace(model: Any, example: dict[str, Any], path: Path) -> None:
    import torch

    class Vector(torch.nn.Module):
        """From tokens to the vector, positional as the exporter wants it."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            named = dict(zip(example, inputs, strict=True))
            found: torch.Tensor = self.model(named)["sentence_embedding"]
            return found

    axes = {name: {0: "n", 1: "tokens"} for name in example}
    with warnings.catch_warnings(), torch.inference_mode(), _written_out(model):
        warnings.simplefilter("ignore")  # the exporter warns of itself being the older one
        torch.onnx.export(
            Vector().eval(),
            tuple(example.values()),
            str(path),
            input_names=list(example),
            output_names=["vector"],
            dynamic_axes={**axes, "vector": {0: "n"}},
            opset_version=_OPSET,
            dynamo=False,
        )


@contextmanager
def _written_out(model: Any) -> Iterator[None]:
    """Let attention be traced step by step, which engines join into one: half as fast again.

    Torch's own joined step is traced with a check for rows that see nothing, which is in the way.
    """
    parts = [part for part in model.modules() if hasattr(part, "set_attn_implementation")]
    before = [getattr(part.config, "_attn_implementation", None) for part in parts]
    try:
        for part in parts:
            part.set_attn_implementation("eager")
        yield
    finally:
        for part, name in zip(parts, before, strict=True):
            if name is not None:
                part.set_attn_implementation(name)


def _compare(model: Any, made: Export) -> None:
    """Hold the network's vectors against the model's own, on the engine of reference."""
    own = unit(np.asarray(model.encode(list(SAMPLES), show_progress_bar=False), dtype=np.float32))
    exported = ExportedModel(made, made.folder)
    exported.__dict__["session"] = open_session(made.network, "onnxruntime")
    cosine = (own * exported.encode(SAMPLES)).sum(axis=1)
    if cosine.min() < LEAST_COSINE:
        raise NotExportable(f"its vectors would differ (cosine {cosine.min():.4f})")


def _agree(found: Outputs, expected: Outputs) -> bool:
    return bool((unit(found[0]) * unit(expected[0])).sum(axis=1).min() >= LEAST_COSINE)


def unit(vectors: Vectors) -> Vectors:
    """Return the rows of `vectors`, shape (n, dimensions), at length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Vectors = vectors / np.maximum(lengths, 1e-12)
    return found


def digest_of(folder: Path) -> str:
    """Return the digest of a model's files, their names and contents."""
    parts = [
        f"{path.relative_to(folder).as_posix()} {_digest(path)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"}
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(digest: str, cache: Path) -> Path:
    by = f"{metadata.version('sentence-transformers')} {metadata.version('torch')} {_LAYOUT}"
    name = hashlib.sha256(f"{digest} {by}".encode()).hexdigest()[:24]
    return cache / "models" / name
