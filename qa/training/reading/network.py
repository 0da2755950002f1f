"""The network: a BERT encoder that reads query and text together, with heads on top."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qa.bundled import bundled_path
from qa.training.reading.samples import Sample

LONGEST = 224
"""Tokens of query and text together."""
LONGEST_QUERY = 64
HEADS = ("answerable", "relevant", "supported")
_IGNORED = -1.0


class ReadingNetwork(nn.Module):
    """all-MiniLM-L6-v2 as a cross-encoder.

    Gives, for tokens of shape (n, length): start and end logits of shape (n, length), and logits
    of shape (n, 3) for `HEADS`, from the first token.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        self.encoder = encoder
        self.spans = nn.Linear(size, 2)
        self.pool = nn.Linear(size, size)
        self.heads = nn.Linear(size, len(HEADS))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return start logits, end logits and the heads' logits."""
        vectors = self.encoder.embeddings.word_embeddings(input_ids)
        return self.of_vectors(vectors, attention_mask, token_type_ids)

    def of_vectors(
        self, vectors: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the same, of the tokens' vectors, shape (n, length, 384)."""
        hidden = self.encoder(
            inputs_embeds=vectors, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        start, end = self.spans(hidden).unbind(-1)
        pooled = torch.tanh(self.pool(hidden[:, 0]))
        return start, end, self.heads(pooled)


def fresh(*, attention: str = "sdpa") -> ReadingNetwork:
    """Start from the bundled sentence encoder; its embeddings stay as they are."""
    from transformers import BertModel

    encoder = BertModel.from_pretrained(
        bundled_path(),
        add_pooling_layer=False,
        attn_implementation=attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    for parameter in encoder.embeddings.parameters():
        parameter.requires_grad = False
    return ReadingNetwork(encoder)


def load(path: Path, *, attention: str = "sdpa") -> ReadingNetwork:
    """Read a checkpoint's network."""
    network = fresh(attention=attention)
    network.load_state_dict(torch.load(path, weights_only=True)["network"])
    return network.eval()


@dataclass(frozen=True)
class Batch:
    """Samples as tensors. Targets are -1 where a sample does not tell."""

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    start: Tensor
    end: Tensor
    heads: Tensor

    def to(self, device: str) -> "Batch":
        """Return the same on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


@dataclass(frozen=True)
class Encoded:
    """One sample's tokens; `start` and `end` point at the answer's first and last token.

    Both are 0 where the text has no answer, -1 where the sample does not tell.
    """

    ids: tuple[int, ...]
    query: int
    start: int
    end: int
    heads: tuple[float, float, float]


def tokenizer() -> Any:
    """Return the tokenizer of the bundled model, cutting only the text, never the query."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(bundled_path() / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def encode(samples: Sequence[Sample], tokens: Any) -> list[Encoded]:
    """Tokenize samples; an answer that lies behind the limit counts as none."""
    pairs = tokens.encode_batch([(s.query, s.text) for s in samples])
    return [_encoded(sample, pair) for sample, pair in zip(samples, pairs, strict=True)]


def _encoded(sample: Sample, pair: Any) -> Encoded:
    types = pair.type_ids
    query = types.index(1)
    ids = list(pair.ids)
    offsets = list(pair.offsets)
    if query > LONGEST_QUERY:
        drop = query - LONGEST_QUERY
        del ids[LONGEST_QUERY - 1 : query - 1], offsets[LONGEST_QUERY - 1 : query - 1]
        query -= drop
    if len(ids) > LONGEST:
        ids = [*ids[: LONGEST - 1], ids[-1]]
        offsets = [*offsets[: LONGEST - 1], offsets[-1]]
    start, end = -1, -1
    answerable = sample.answerable
    if answerable is False:
        start, end = 0, 0
    elif sample.span is not None:
        inside = [
            n
            for n in range(query, len(ids) - 1)
            if offsets[n][0] < sample.span[1] and sample.span[0] < offsets[n][1]
        ]
        start, end = (inside[0], inside[-1]) if inside else (0, 0)
        answerable = bool(inside)
    heads = (answerable, sample.relevant, sample.supported)
    told = tuple(_IGNORED if h is None else float(h) for h in heads)
    return Encoded(tuple(ids), query, start, end, (told[0], told[1], told[2]))


def collate(rows: Sequence[Encoded]) -> Batch:
    """Pad samples to the longest of them."""
    length = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length, dtype=torch.long)
    types = torch.zeros(len(rows), length, dtype=torch.long)
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        mask[n, : len(row.ids)] = 1
        types[n, row.query : len(row.ids)] = 1
    return Batch(
        ids, mask, types,
        torch.tensor([row.start for row in rows]),
        torch.tensor([row.end for row in rows]),
        torch.tensor([row.heads for row in rows]),
    )  # fmt: skip
