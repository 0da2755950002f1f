"""A second opinion: a model in Ollama that says whether a quote supports a statement.

Made for `bespoke-minicheck` (Tang et al. 2024, "MiniCheck"), whose licence, CC BY-NC 4.0, forbids
commercial use; so it is never taken unless a user names it. It can only take a statement away: what
the program's own check refuses, it is not asked about.
"""

import re
from contextlib import closing

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from qa.errors import LLMGarbled
from qa.llm.cancel import Cancel
from qa.llm.model import LocalLLM
from qa.prompts import checking

KNOWN = "bespoke-minicheck"
"""Models of this name answer with Yes or No, and write nothing else."""
_TOKENS = 4
_WORD = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)


class FactChecker:
    """Asks `llm` whether a quote supports a statement."""

    def __init__(self, llm: LocalLLM) -> None:
        self._llm = llm
        self.name = llm.model
        """The model's tag."""

    def agrees(self, claim: str, document: str, cancel: Cancel) -> bool:
        """Return what it says; `LLMGarbled` when that is neither Yes nor No."""
        asked = [ChatMessage(role=MessageRole.USER, content=checking(claim, document))]
        with closing(self._llm.pieces(asked, cancel=cancel, most=_TOKENS)) as pieces:
            said = "".join(piece.text for piece in pieces)
        found = _WORD.match(said)
        if found is None:
            raise LLMGarbled(
                f"{self.name} was asked for Yes or No and wrote {said[:80]!r}.",
                f"Set QA_CHECK_MODEL to a model that checks facts, like {KNOWN}, or leave it out.",
            )
        return found[1].lower() == "yes"
