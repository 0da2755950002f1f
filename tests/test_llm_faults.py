"""However a model server fails, the outcome says what happened and what to do about it."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest

from qa.errors import (
    LLMBusy,
    LLMCutShort,
    LLMEmpty,
    LLMError,
    LLMGarbled,
    LLMInterrupted,
    LLMLoading,
    LLMMissing,
    LLMOutOfMemory,
    LLMPromptCut,
    LLMPromptTooLong,
    LLMRefused,
    LLMRepeating,
    LLMTooSlow,
    LLMUnreachable,
    LLMWrongAddress,
)
from qa.llm.wire import Limits
from qa.llm.write import Kind, Writer
from tests.bad_models import (
    honest,
)
from tests.llm_world import FIRST, LINE, PASSAGES, WHO, model, written
from tests.ollama_script import (
    Cut,
    Done,
    Fail,
    Json,
    Pause,
    Raw,
    Refused,
    Say,
    Stall,
    Step,
    Think,
)
from tests.ollama_server import ollama, plays, says

FAULTS: Sequence[tuple[str, Sequence[Step], Kind, type[LLMError], int]] = [
    ("cut in mid-stream", [FIRST, Say("It was lit"), Cut()], "failed", LLMInterrupted, 1),
    ("cut before the first word", [Cut()], "failed", LLMInterrupted, 0),
    ("error in mid-stream", [FIRST, Fail("an error was encountered while running the model: "
     "unexpected EOF")], "failed", LLMInterrupted, 1),
    ("out of memory in mid-stream", [FIRST, Fail("llama runner process has terminated: CUDA "
     "error: out of memory")], "failed", LLMOutOfMemory, 1),
    ("no done", [FIRST, Say("It was lit in 1912 [1].\n")], "failed", LLMInterrupted, 2),
    ("no done, no word", [], "failed", LLMInterrupted, 0),
    ("length", [FIRST, Say("It was lit"), Done("length")], "length", LLMCutShort, 1),
    ("only thoughts", [Think("Hm."), Done("length")], "length", LLMCutShort, 0),
    ("garbage", [FIRST, Raw(b"<html>Bad gateway</html>\n"), Done()], "failed", LLMGarbled, 1),
    ("no object", [FIRST, Raw(b"null\n"), Done()], "failed", LLMGarbled, 1),
    ("no message", [FIRST, Raw(b'{"done": "perhaps"}\n')], "failed", LLMGarbled, 1),
    ("no text", [FIRST, Raw(b'{"message": {"role": "assistant", "content": 7}}\n')], "failed",
     LLMGarbled, 1),
    ("broken UTF-8", [FIRST, Raw(b'{"message": {"content": "\xff\xfe"}}\n')], "failed",
     LLMGarbled, 1),
    ("endless words", [FIRST, *[Say("and then he said ")] * 2000], "repeated", LLMRepeating, 1),
    ("endless lines", [FIRST, *[Say("It was lit in 1912 [1].\n")] * 2000], "repeated",
     LLMRepeating, 2),
    ("endless space", [FIRST, *[Say("\n")] * 5000], "repeated", LLMRepeating, 1),
    ("nothing", [Done()], "empty", LLMEmpty, 0),
    ("blanks", [Say("  \n"), Say("\n"), Done()], "empty", LLMEmpty, 0),
    ("marks", [Say("[1]\n---\n"), Done()], "empty", LLMEmpty, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "kind", "error", "count"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_keeps_the_lines_before_it_and_says_what_to_do(
    reply: Sequence[Step], kind: Kind, error: type[LLMError], count: int
) -> None:
    """Whole lines stay, half a line is dropped, and the outcome has the error with its remedy."""
    with ollama(plays(*reply)) as server:
        lines, outcome = written(model(server))
    assert outcome.kind == kind
    (problem,) = outcome.problems
    assert type(problem) is error
    assert problem.detail
    assert problem.remedy
    assert len(lines) == count
    assert lines[:1] == [LINE][:count]


NO_MEMORY = "model requires more system memory (5.6 GiB) than is available (3.2 GiB)"
TOO_LONG = (
    "the prompt is longer than the context length currently available to the model; shorten the "
    "prompt, adjust the context length in settings, or use a model with a longer context length"
)
REFUSALS: Sequence[tuple[str, int, str, type[LLMError]]] = [
    ("out of memory", 500, NO_MEMORY, LLMOutOfMemory),
    ("killed", 500, "llama runner process has terminated: signal: killed", LLMOutOfMemory),
    ("no room", 500, "llama runner process has terminated: failed to allocate buffer",
     LLMOutOfMemory),
    ("crash", 500, "llama runner process has terminated: exit status 2", LLMRefused),
    ("no chat", 400, '"tiny" does not support chat', LLMRefused),
    ("too long", 400, TOO_LONG, LLMPromptTooLong),
    ("no access", 401, "unauthorized", LLMRefused),
    ("slow start", 500, "timed out waiting for llama runner to start: ", LLMLoading),
    ("not allowed", 405, "405 method not allowed", LLMWrongAddress),
    ("another path", 404, "404 page not found", LLMWrongAddress),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "said", "error"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
@pytest.mark.parametrize("when", ["loading", "writing"])
def test_a_refusal_is_told_by_its_words(
    status: int, said: str, error: type[LLMError], when: str
) -> None:
    """The server's error becomes ours, whether it comes while loading or while writing."""

    def refuse(_: Json) -> Sequence[Step]:
        raise Refused(status, said)

    hooks: dict[str, Callable[[Json], Sequence[Step]]] = (
        {"on_load": refuse} if when == "loading" else {}
    )
    script = honest if hooks else refuse
    with ollama(script, **hooks) as server:
        lines, outcome = written(model(server))
    assert (lines, outcome.kind) == ([], "failed")
    assert type(outcome.problems[0]) is error


def test_a_missing_model_is_offered_to_be_fetched() -> None:
    """The remedy is the command."""
    with ollama(honest, "other:1b") as server:
        _, outcome = written(model(server))
    assert type(outcome.problems[0]) is LLMMissing
    assert "qa pull tiny" in outcome.problems[0].remedy


def test_no_server_and_wrong_addresses_are_told_apart() -> None:
    """Refused, unknown machine, no HTTP, no Ollama, elsewhere: each is said as it is."""
    with ollama(honest) as server:
        llm = model(server)
    _, outcome = written(llm)
    assert type(outcome.problems[0]) is LLMUnreachable
    assert "ollama serve" in outcome.problems[0].remedy
    for url in ("http://no-such-machine.invalid:11434", "http://["):
        _, outcome = written(llm.model_copy(update={"url": url}))
        assert type(outcome.problems[0]) is LLMWrongAddress
        assert "QA_OLLAMA_URL" in outcome.problems[0].remedy


def test_a_busy_server_is_asked_again() -> None:
    """Two refusals with 503 and then a reply is an answer like any other."""
    with ollama(honest, busy=2) as server:
        lines, outcome = written(model(server))
    assert (len(lines), outcome.kind) == (1, "complete")
    assert len(server.loads) == 3


def test_a_server_that_stays_busy_is_left_alone() -> None:
    """The attempts are bounded, and the error says how many there were."""
    with ollama(honest, busy=99) as server:
        _, outcome = written(model(server))
    assert type(outcome.problems[0]) is LLMBusy
    assert "3 times" in outcome.problems[0].detail
    assert len(server.loads) == 3


def test_each_wait_has_its_own_limit() -> None:
    """Loading, the first token, the next one: each is cut at its own setting, and said so."""
    with ollama(honest, on_load=lambda _: [Stall()]) as server:
        _, outcome = written(model(server, Limits(load_s=0.1, first_token_s=9, next_token_s=9)))
        assert type(outcome.problems[0]) is LLMLoading
        assert "QA_LLM_LOAD_S" in outcome.problems[0].remedy
        assert server.gone.wait(5)
    with ollama(plays(Stall())) as server:
        _, outcome = written(model(server, Limits(load_s=9, first_token_s=0.1, next_token_s=9)))
        assert type(outcome.problems[0]) is LLMTooSlow
        assert "QA_LLM_FIRST_TOKEN_S" in outcome.problems[0].remedy
        assert server.gone.wait(5)
    with ollama(plays(FIRST, Stall())) as server:
        lines, outcome = written(model(server, Limits(load_s=9, first_token_s=9, next_token_s=0.1)))
        assert type(outcome.problems[0]) is LLMTooSlow
        assert "QA_LLM_NEXT_TOKEN_S" in outcome.problems[0].remedy
        assert lines == [LINE]
        assert server.gone.wait(5)


def test_slow_loading_within_its_limit_is_no_failure() -> None:
    """Loading may take longer than the limit of the first token."""
    limits = Limits(load_s=9, first_token_s=0.45, next_token_s=9)
    with ollama(says("It was lit [1]."), on_load=lambda _: [Pause(0.5)]) as server:
        _, outcome = written(model(server, limits))
    assert outcome.kind == "complete"


def test_a_slow_reader_is_not_taken_for_a_slow_model() -> None:
    """Time between two requests for a line counts against nobody."""
    reply: list[Step] = [FIRST, Say("It was lit in 1912 [1].\n"), Done()]
    limits = Limits(load_s=5, first_token_s=0.3, next_token_s=0.3)
    with (
        ollama(plays(*reply)) as server,
        closing(Writer(model(server, limits)).write(WHO, PASSAGES)) as writing,
    ):
        lines = iter(writing)
        next(lines)
        time.sleep(0.4)
        assert len(list(lines)) == 1
    assert writing.outcome.kind == "complete"


def test_a_prompt_that_was_cut_silently_is_noticed() -> None:
    """The server's count is below any tokenizer's: the lines stay, and it is said."""
    with ollama(plays(FIRST, Done(prompt=50))) as server:
        lines, outcome = written(model(server))
    assert (lines, outcome.kind) == ([LINE], "complete")
    assert type(outcome.problems[0]) is LLMPromptCut
    assert "QA_LLM_NUM_CTX" in outcome.problems[0].remedy
    with ollama(plays(Say("NOT_IN_ARTICLES"), Done(prompt=50))) as server:
        _, outcome = written(model(server))
    assert outcome.kind == "abstained"
    assert type(outcome.problems[0]) is LLMPromptCut


def test_a_context_that_overflowed_is_noticed() -> None:
    """Prompt and answer longer than the context: the beginning was lost on the way."""
    with ollama(plays(FIRST, Done(prompt=4000, output=200))) as server:
        _, outcome = written(model(server))
    assert type(outcome.problems[0]) is LLMPromptCut


def test_counts_that_are_left_out_are_no_fault() -> None:
    """Every metric is optional."""
    with ollama(plays(FIRST, Done(prompt=None))) as server:
        _, outcome = written(model(server))
    assert (outcome.kind, outcome.problems) == ("complete", ())


def test_a_question_that_does_not_fit_is_not_sent() -> None:
    """No passage fits beside it: said at once, with nothing on the wire."""
    with ollama(honest) as server:
        _, outcome = written(model(server, context_window=1024, max_tokens=900))
    assert type(outcome.problems[0]) is LLMPromptTooLong
    assert server.loads == server.chats == []


def test_a_model_that_goes_on_and_on_is_stopped() -> None:
    """Twice as many lines as asked for are enough; the request is closed."""
    endless = [Say(f"The ferry number {n} left at {n} o'clock [1].\n") for n in range(5000)]
    with ollama(plays(*endless, Stall())) as server:
        lines, outcome = written(model(server, max_tokens=2000))
        assert server.gone.wait(5)
    assert len(lines) == 12
    assert outcome.kind == "complete"
