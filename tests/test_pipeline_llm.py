"""Answers that a language model writes, end to end: what goes well, and every way to fail."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from qa.embedding import Embedding
from qa.llm.cancel import Cancel, Cancelled
from qa.llm.choose import Chooser
from qa.llm.ollama import OllamaLLM
from qa.pipeline import Pipeline
from qa.reader import EmbeddedReader
from qa.settings import Settings
from qa.store import Store
from qa.types import Answered, ClaimDrafted, ClaimVerified, Failed, Retrieved, Status, Turn
from tests.bad_models import honest, passages
from tests.llm_pipeline import ARTICLES, DESIGNER, TINY, check, pipeline, stored, writing
from tests.llm_world import FIRST, WHO
from tests.ollama_script import (
    Bytewise,
    Cut,
    Done,
    Fail,
    Json,
    Raw,
    Refused,
    Reply,
    Say,
    Stall,
    Step,
    Think,
    Until,
)
from tests.ollama_server import ollama, plays, says

DESIGNED = "The lighthouse was designed by Ada Lindqvist."
ELSEWHERE = "What is the capital of Mongolia?"


@pytest.fixture(scope="module")
def store(embedding: Embedding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return the index of a few articles."""
    with stored(tmp_path_factory.mktemp("llm"), embedding, ARTICLES) as made:
        yield made


# -- what goes well ------------------------------------------------------------------------


def test_a_models_answer_is_footnoted_by_the_program(store: Store, reader: EmbeddedReader) -> None:
    """The words are the model's; the quote, its file and its offsets are the program's."""
    with writing(store, reader, says(f"{FIRST.text}It was lit on 4 May 1912 [1].")) as (pipe, _):
        answer = pipe.answer(WHO)
    check(pipe, answer)
    assert (answer.status, answer.model) == ("answered", TINY)
    assert answer.claims[0].text == DESIGNED
    assert answer.citations[0].file == "lighthouse.txt"
    assert DESIGNER in answer.citations[0].quote
    assert (answer.short_answer, answer.notices) == (DESIGNER, ())
    assert answer.tokens["prompt"] > 100
    assert answer.tokens["output"] > 5


def test_the_first_claim_is_checked_before_the_next_is_written(
    store: Store, reader: EmbeddedReader
) -> None:
    """Retrieved, then claim and verdict as each line completes, while the model still writes."""
    read = threading.Event()
    reply: list[Step] = [
        FIRST,
        Until(read.is_set),
        Say("The lighthouse was lit on 4 May 1912 [1]."),
        Done(),
    ]
    with writing(store, reader, plays(*reply)) as (pipe, _):
        events = pipe.ask(WHO)
        assert isinstance(next(events), Retrieved)
        drafted, verified = next(events), next(events)
        assert isinstance(drafted, ClaimDrafted)
        assert isinstance(verified, ClaimVerified)
        assert (drafted.n, drafted.text, verified.claim.verdict) == (1, DESIGNED, "supported")
        read.set()
        names = [type(event) for event in events]
    assert names == [ClaimDrafted, ClaimVerified, Answered]


def test_the_readers_best_passage_is_shown_to_the_model(
    store: Store, reader: EmbeddedReader
) -> None:
    """The passage that answers is among the first, which a small context still holds."""
    with writing(store, reader, honest) as (pipe, server):
        pipe.answer(WHO)
    assert DESIGNER in passages(server.chats[0])[0][1]


def test_a_line_that_is_not_borne_out_is_removed_and_shown_apart(
    store: Store, reader: EmbeddedReader
) -> None:
    """The true line stays, the false one is among the removed, and the answer is complete."""
    said = f"{FIRST.text}The harbour of Vell paid 999,000 crowns for the new lamp [2]."
    with writing(store, reader, says(said)) as (pipe, _):
        answer = pipe.answer(WHO)
    check(pipe, answer)
    assert [claim.text for claim in answer.claims] == [DESIGNED]
    assert [claim.verdict for claim in answer.removed] == ["contradicted"]
    assert (answer.status, answer.model) == ("answered", TINY)


def test_an_abstention_is_heard(store: Store, reader: EmbeddedReader) -> None:
    """The marker: not found, by the model, without a notice."""
    with writing(store, reader, honest) as (pipe, _):
        answer = pipe.answer(ELSEWHERE)
    check(pipe, answer)
    assert (answer.status, answer.model, answer.notices) == ("not_found", TINY, ())


def test_a_follow_up_is_rewritten_by_the_model(store: Store, reader: EmbeddedReader) -> None:
    """The rewriting is shown, searched for and asked; footnotes are of this answer only."""

    def script(body: Json) -> str:
        if "rewrite" in body["messages"][0]["content"]:
            return "How far does the beam of the lighthouse of Vell reach?"
        return "The beam of the lighthouse of Vell reaches 31 kilometres [1]. It is old [7]."

    history = [Turn(question=WHO, answer="It was designed by Ada Lindqvist [7].")]
    with writing(store, reader, script) as (pipe, server):
        answer = pipe.answer("How far does it reach?", history=history)
    check(pipe, answer)
    assert answer.rewritten == "How far does the beam of the lighthouse of Vell reach?"
    assert answer.rewritten in server.chats[1]["messages"][1]["content"]
    numbers = [citation.id for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 7 not in numbers  # the number that the earlier answer and the model gave


def test_without_a_rewriting_the_names_of_the_last_turn_serve(
    store: Store, reader: EmbeddedReader
) -> None:
    """A model that fails to rewrite, or rewrites to something else, changes nothing."""
    history = [Turn(question=WHO, answer="…")]
    for reply in ([Cut()], "Who is the king of Norway?"):
        with writing(store, reader, played(reply)) as (pipe, _):
            answer = pipe.answer("How far does it reach?", history=history)
        check(pipe, answer)
        assert answer.rewritten is not None
        assert "Vell" in answer.rewritten


def played(reply: Reply) -> Callable[[Json], Reply]:
    """Return a script that always gives the same reply."""
    return lambda _: reply


def test_any_model_of_llamaindex_can_be_handed_in(store: Store, reader: EmbeddedReader) -> None:
    """A library's user brings a model; the answer is checked all the same and bears its name."""
    with ollama(honest) as server:
        llm = OllamaLLM(model="mine", url=server.url, context_window=4096, max_tokens=200)
        server.models = ("mine:latest",)
        pipe = Pipeline(store, reader, Chooser(Settings(llm="embedded"), llm))
        answer = pipe.answer(WHO)
    check(pipe, answer)
    assert (answer.status, answer.model) == ("answered", "mine")


def test_auto_answers_by_whatever_is_there(store: Store, reader: EmbeddedReader) -> None:
    """With an Ollama it is a model of it, without one the reader, without a complaint."""
    with writing(store, reader, honest, settings={"llm": "auto"}) as (pipe, server):
        assert pipe.answer(WHO).model == "ollama/tiny:latest"
    answer = pipeline(store, reader, server.url, llm="auto").answer(WHO)
    assert (answer.model, answer.notices) == ("embedded", ())


# -- failures ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A way to fail: what the server does, and what becomes of the answer.

    `says` stands in a notice, with the remedy. `kept` is how many of the model's claims are shown.
    """

    name: str
    says: str
    status: Status = "answered"
    kept: int = 0
    reply: Reply = ()
    server: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def refuses(status: int, error: str) -> Callable[[Json], Sequence[Step]]:
    """Return a script that is refused."""

    def script(_: Json) -> Sequence[Step]:
        raise Refused(status, error)

    return script


NO_MEMORY = "model requires more system memory (5.6 GiB) than is available (3.2 GiB)"
AFTER: Status = "incomplete"
FAULTS = [
    Fault("the model is missing", "qa pull tiny", server={"models": ("other:1b",)}),
    Fault("loading slowly", "QA_LLM_LOAD_S", server={"on_load": lambda _: [Stall()]},
          settings={"llm_load_s": 0.2}),
    Fault("out of memory", "take a smaller model".capitalize(),
          server={"on_load": refuses(500, NO_MEMORY)}),
    Fault("out of memory while writing", "cannot hold", AFTER, 1,
          [FIRST, Fail("llama runner process has terminated: CUDA error: out of memory")]),
    Fault("busy for long", "asked 3 times", server={"busy": 99}),
    Fault("no first word", "QA_LLM_FIRST_TOKEN_S", reply=[Stall()],
          settings={"llm_first_token_s": 0.2}),
    Fault("no next word", "QA_LLM_NEXT_TOKEN_S", AFTER, 1, [FIRST, Stall()],
          settings={"llm_next_token_s": 0.2}),
    Fault("cut in mid-stream", "broke off", AFTER, 1, [FIRST, Say("It was lit"), Cut()]),
    Fault("cut before the first word", "broke off", reply=[Cut()]),
    Fault("an error in mid-stream", "unexpected EOF", AFTER, 1, [FIRST, Fail("unexpected EOF")]),
    Fault("an error before the first line", "unexpected EOF", reply=[Fail("unexpected EOF")]),
    Fault("no done", "without saying that it is complete", AFTER, 1, [FIRST]),
    Fault("cut at its length", "QA_LLM_MAX_TOKENS", AFTER, 1,
          [FIRST, Say("It was lit"), Done("length")]),
    Fault("only thoughts", "QA_LLM_MAX_TOKENS", reply=[Think("Hm."), Done("length")]),
    Fault("garbage", "something else than its protocol", AFTER, 1,
          [FIRST, Raw(b"<html>Bad gateway</html>\n"), Done()]),
    Fault("broken UTF-8", "something else than its protocol",
          reply=[Raw(b'{"message": {"content": "\xff\xfe"}}\n')]),
    Fault("an endless repetition", "went on writing the same", AFTER, 1,
          [FIRST, *[Say("and then he said ")] * 2000]),
    Fault("only a repetition", "went on writing the same",
          reply=[Say("and then he said ")] * 2000),
    Fault("nothing", "without a sentence", reply=[Done()]),
    Fault("a refusal", "does not support chat",
          server={"on_load": refuses(400, '"tiny" does not support chat')}),
    Fault("a prompt cut silently", "dropped a part", "answered", 1, [FIRST, Done(prompt=50)]),
    Fault("an abstention after a cut prompt", "dropped a part",
          reply=[Say("NOT_IN_ARTICLES"), Done(prompt=50)]),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_failure_loses_no_work_and_says_what_to_do(
    store: Store, reader: EmbeddedReader, fault: Fault
) -> None:
    """Checked claims are kept as incomplete; without any the reader answers; both say why."""
    with writing(store, reader, played(fault.reply), settings=fault.settings, **fault.server) as (
        pipe,
        _,
    ):
        events = list(pipe.ask(WHO))
    last = events[-1]
    assert isinstance(last, Answered)
    answer = last.answer
    check(pipe, answer)
    assert answer.status == fault.status
    assert answer.model == (TINY if fault.kept else "embedded")
    assert DESIGNER in answer.answer
    assert any(fault.says in notice for notice in answer.notices), answer.notices
    if fault.kept:
        assert [claim.text for claim in answer.claims] == [DESIGNED] * fault.kept
    else:
        assert any("embedded reader was asked instead" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9", "ollama serve"),
        ("http://no-such-machine.invalid:11434", "QA_OLLAMA_URL"),
        ("ftp://127.0.0.1", "QA_OLLAMA_URL"),
    ],
)
def test_a_named_model_whose_server_is_not_there(
    store: Store, reader: EmbeddedReader, url: str, says: str
) -> None:
    """Not running, an unknown machine, no address at all: the reader answers, and it is said."""
    answer = pipeline(store, reader, url).answer(WHO)
    assert (answer.status, answer.model) == ("answered", "embedded")
    assert DESIGNER in answer.answer
    assert any(says in notice for notice in answer.notices)


def test_a_busy_server_is_asked_again(store: Store, reader: EmbeddedReader) -> None:
    """Two refusals with 503, and then an answer like any other."""
    with writing(store, reader, honest, busy=2) as (pipe, _):
        answer = pipe.answer(WHO)
    assert (answer.status, answer.model, answer.notices) == ("answered", TINY, ())


def test_letters_that_packets_cut_in_two_are_whole(store: Store, reader: EmbeddedReader) -> None:
    """Each byte in a packet of its own: the claim reads as it was written."""
    said = Say("The lighthouse of “Vell” was designed by Ada Lindqvist [1].\n")
    with writing(store, reader, plays(Bytewise(said), Bytewise(Done()))) as (pipe, _):
        answer = pipe.answer(WHO)
    drafted = [claim.text for claim in (*answer.claims, *answer.removed)]
    assert "The lighthouse of “Vell” was designed by Ada Lindqvist." in drafted


def test_thoughts_reach_nobody(store: Store, reader: EmbeddedReader) -> None:
    """Neither in their own field nor between tags do they become claims, shown or removed."""
    tagged = Say("<think>The ferry sank on Sunday [1].</think>\n")
    with writing(store, reader, plays(Think("It sank [2]."), tagged, FIRST, Done())) as (pipe, _):
        answer = pipe.answer(WHO)
    assert [claim.text for claim in answer.claims] == [DESIGNED]
    assert answer.removed == ()


def test_a_wait_in_the_rewriting_is_not_repeated(store: Store, reader: EmbeddedReader) -> None:
    """A model that does not load in time is asked once for a question, not twice."""
    stall = {"on_load": lambda _: [Stall()]}
    history = [Turn(question=WHO, answer="…")]
    with writing(store, reader, honest, settings={"llm_load_s": 0.2}, **stall) as (pipe, server):
        answer = pipe.answer("How far does it reach?", history=history)
    assert len(server.loads) == 1
    assert answer.model == "embedded"
    assert any("QA_LLM_LOAD_S" in notice for notice in answer.notices)


# -- leaving -------------------------------------------------------------------------------


def test_closing_the_events_closes_the_request(store: Store, reader: EmbeddedReader) -> None:
    """Whoever stops reading between two events stops the model."""
    with writing(store, reader, plays(FIRST, Stall())) as (pipe, server):
        events = pipe.steps(WHO)
        assert isinstance(next(events), Retrieved)
        assert isinstance(next(events), ClaimDrafted)
        events.close()  # type: ignore[attr-defined] # it is a generator
        assert server.gone.wait(5)


def test_a_wait_can_be_ended_from_elsewhere(store: Store, reader: EmbeddedReader) -> None:
    """`cancel` ends a question that waits for the model: no answer, no error, no request left."""
    waiting, cancel = threading.Event(), Cancel()

    def stall(_: Json) -> Sequence[Step]:
        waiting.set()
        return [Stall()]

    def leave() -> None:
        waiting.wait(30)
        cancel.request()

    with writing(store, reader, stall) as (pipe, server):
        leaver = threading.Thread(target=leave)
        leaver.start()
        events = list(pipe.ask(WHO, cancel=cancel))
        leaver.join()
        assert server.gone.wait(5)
        with pytest.raises(Cancelled):
            pipe.answer(WHO, cancel=cancel)
    assert [type(event) for event in events] == [Retrieved]
    assert not any(isinstance(event, Failed) for event in events)


def test_the_model_is_loaded_ahead(store: Store, reader: EmbeddedReader) -> None:
    """Before the first question the model is in memory; without a server nothing is raised."""
    with writing(store, reader, honest) as (pipe, server):
        pipe.load_ahead(Cancel())
        assert server.loaded == ["tiny:latest"]
        assert pipe.chooser.state().state == "ready"
    pipe.load_ahead(Cancel())
