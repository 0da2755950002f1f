"""Which model writes the answers, and in what state it is.

`auto` takes an Ollama that answers and has a model that can be used, else none: then the embedded
reader answers. It never takes a model that runs on somebody else's machine, for articles are not
sent away unless a user names such a model.

What speaks to a model, and LlamaIndex with it, takes a second to import and is imported only when
there is one.
"""

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qa import lean
from qa.errors import LLMError
from qa.llm.address import ollama_url, openai_url
from qa.llm.cancel import Cancel, Turns
from qa.settings import Settings
from qa.types import Frozen

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from qa.llm.factcheck import FactChecker
    from qa.llm.models import About, Survey
    from qa.llm.ollama import OllamaLLM
    from qa.llm.openai import OpenAILLM

EMBEDDED = "embedded"
OLLAMA, OPENAI = "ollama/", "openai/"
KNOWN = ("granite4.1:3b", "qwen3:4b", "gemma3:4b", "llama3.2:3b")
"""Small models that keep to their passages; `auto` takes the first that is there."""
MOST_BYTES = 8 * 10**9
"""Of other models `auto` takes the largest up to this, which most laptops can hold."""
REMEMBERED_S = 15.0
"""Seconds that a choice stands: a server may come, go, or get a model at any time."""


@dataclass(frozen=True)
class Choice:
    """What answers: `llm`, or the embedded reader where that is None; and `why`."""

    llm: "LLM | None"
    name: str
    why: str


Condition = Literal["embedded", "unreachable", "absent", "idle", "loading", "ready"]


class State(Frozen):
    """The state of the model that is wanted, and what answers meanwhile.

    `absent`: it is to be fetched. `idle`: it is there and will be loaded by the first question.
    """

    model: str
    state: Condition
    answers: str
    detail: str
    remedy: str = ""


class Chooser:
    """Chooses by the settings, or takes the `llm` that a library's user hands in."""

    def __init__(self, settings: Settings, llm: "LLM | None" = None) -> None:
        self._settings = settings
        self._given = llm
        self._turns = Turns(settings.llm_parallel, settings.llm_queue_s)
        self._made: dict[tuple[str, int, bool, bool], OllamaLLM] = {}
        self._lock = threading.Lock()
        self._choice: Choice | None = None
        self._until = 0.0

    def choose(self, *, refresh: bool = False) -> Choice:
        """Return what answers now. Raises `LLMWrongAddress` for a server named in vain."""
        with self._lock:
            if refresh or self._choice is None or time.monotonic() > self._until:
                self._choice = self._chosen()
                self._until = time.monotonic() + REMEMBERED_S
            return self._choice

    def checker(self) -> "FactChecker | None":
        """Return the fact-checking model that the settings name, None when they name none."""
        tag = self._settings.check_model
        if tag is None:
            return None
        lean.llama_index()
        from qa.llm.factcheck import FactChecker

        # A queue of its own: while it is asked, the model that writes keeps its place.
        turns = Turns(self._settings.llm_parallel, self._settings.llm_queue_s)
        return FactChecker(self._ollama(tag, self._known(tag), turns))

    @property
    def last(self) -> Choice:
        """The last choice, the embedded reader before there was one; asks no server."""
        return self._choice or Choice(None, EMBEDDED, "Nothing was asked yet.")

    def _chosen(self) -> Choice:
        if self._given is not None:
            return Choice(self._given, self._given.metadata.model_name, "It was handed in.")
        asked = self._settings.llm
        if asked == EMBEDDED:
            return Choice(None, EMBEDDED, "QA_LLM is embedded.")
        if asked.startswith(OPENAI):
            return Choice(self._openai(asked.removeprefix(OPENAI)), asked, f"QA_LLM is {asked}.")
        if asked.startswith(OLLAMA):
            tag = asked.removeprefix(OLLAMA)
            return Choice(self._ollama(tag, self._known(tag)), asked, f"QA_LLM is {asked}.")
        from qa.llm.models import survey

        try:
            return self._auto(survey(ollama_url(self._settings)))
        except LLMError as error:
            return Choice(None, EMBEDDED, error.detail)

    def _auto(self, found: "Survey") -> Choice:
        from qa.llm.models import about

        for tag in self._candidates(found):
            can = about(found.url, tag)
            if can.writes:
                name = f"{OLLAMA}{tag}"
                return Choice(self._ollama(tag, can), name, f"Ollama at {found.url} has {tag}.")
        wanted = self._settings.ollama_model
        return Choice(
            None, EMBEDDED,
            f"Ollama at {found.url} has no model that can be used. Fetch one: qa pull {wanted}",
        )  # fmt: skip

    def _candidates(self, found: "Survey") -> list[str]:
        from qa.llm.factcheck import KNOWN as CHECKS
        from qa.llm.models import full

        own = [m for m in found.models if not m.remote and not m.tag.startswith(CHECKS)]
        local = {model.tag: model.size for model in own}
        first = dict.fromkeys(full(tag) for tag in (self._settings.ollama_model, *KNOWN))
        rest = sorted(local, key=lambda tag: (-local[tag], tag))
        others = [tag for tag in rest if tag not in first and local[tag] <= MOST_BYTES]
        return [*(tag for tag in first if tag in local), *others]

    def _known(self, tag: str) -> "About":
        """Ask what a model can do; where that fails, writing will fail too, and say why."""
        from qa.llm.models import About, about

        try:
            return about(ollama_url(self._settings), tag)
        except LLMError:
            return About(writes=True, thinks=False, context=None)

    def _ollama(self, tag: str, can: "About", turns: Turns | None = None) -> "OllamaLLM":
        """Make a model, or return the one made before: questions queue at the same one."""
        lean.llama_index()
        from qa.llm.ollama import OllamaLLM
        from qa.llm.wire import Limits

        window = min(self._settings.llm_num_ctx, can.context or self._settings.llm_num_ctx)
        key = (tag, window, can.thinks, turns is None)
        if key not in self._made:
            self._made[key] = OllamaLLM(
                model=tag,
                url=ollama_url(self._settings),
                context_window=window,
                max_tokens=self._settings.llm_max_tokens,
                thinks=can.thinks,
                limits=Limits.of(self._settings),
                turns=turns or self._turns,
            )
        return self._made[key]

    def _openai(self, model: str) -> "OpenAILLM":
        lean.llama_index()
        from qa.llm.openai import OpenAILLM
        from qa.llm.wire import Limits

        return OpenAILLM(
            model=model,
            url=openai_url(self._settings),
            context_window=self._settings.llm_num_ctx,
            max_tokens=self._settings.llm_max_tokens,
            key=self._settings.llm_api_key,
            limits=Limits.of(self._settings),
            turns=self._turns,
        )

    # -- state -------------------------------------------------------------------------------

    def state(self) -> State:
        """Look at the model that is wanted; never raises an `LLMError`."""
        asked = self._settings.llm
        try:
            choice = self.choose()
            if choice.llm is not None and choice.llm is self._given:
                return _settled(choice, "ready")
            if asked == EMBEDDED:
                return _settled(choice, "embedded")
            if asked.startswith(OPENAI):
                return self._openai_state(asked)
            return self._ollama_state(choice)
        except LLMError as error:
            wanted = f"{OLLAMA}{self._settings.ollama_model}" if asked == "auto" else asked
            return State(
                model=wanted,
                state="unreachable",
                answers=EMBEDDED if asked == "auto" else wanted,
                detail=error.detail,
                remedy=error.remedy,
            )

    def _ollama_state(self, choice: Choice) -> State:
        lean.llama_index()
        from qa.llm.models import full, survey
        from qa.llm.ollama import OllamaLLM

        wanted = f"{OLLAMA}{self._settings.ollama_model}" if choice.llm is None else choice.name
        tag = wanted.removeprefix(OLLAMA)
        found = survey(ollama_url(self._settings))
        where = f"Ollama {found.version} at {found.url}"
        if found.find(tag) is None:
            return State(
                model=wanted, state="absent", answers=choice.name,
                detail=f"{where} has no model {tag!r}.", remedy=f"Fetch it: qa pull {tag}",
            )  # fmt: skip
        if choice.llm is None:  # it has arrived since the choice was made
            choice = self.choose(refresh=True)
        kind: Condition = "ready" if full(tag) in found.loaded else "idle"
        if isinstance(choice.llm, OllamaLLM) and choice.llm.loading:
            kind = "loading"
        return State(model=wanted, state=kind, answers=choice.name, detail=f"{where}: {tag}.")

    def _openai_state(self, asked: str) -> State:
        lean.llama_index()
        from qa.llm.openai import exchange
        from qa.llm.wire import SMALL_S

        model = asked.removeprefix(OPENAI)
        url = openai_url(self._settings)
        with exchange(url, Cancel(), model, self._settings.llm_api_key) as wire:
            listed = wire.json("/models", seconds=SMALL_S, late=wire.server.silent(SMALL_S))
            missing = wire.server.missing()
        entries = listed.get("data")
        names = [e.get("id") for e in entries if isinstance(e, dict)] if entries else []
        if names and model not in names:
            return State(
                model=asked, state="absent", answers=asked,
                detail=missing.detail, remedy=missing.remedy,
            )  # fmt: skip
        return State(model=asked, state="ready", answers=asked, detail=f"{model} at {url}.")


def _settled(choice: Choice, state: Condition) -> State:
    return State(model=choice.name, state=state, answers=choice.name, detail=choice.why)
