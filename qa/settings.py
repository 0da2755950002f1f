"""Every setting, in one place: defaults, then `qa.toml`, then the environment (`QA_*`).

The environment wins over `qa.toml`, which lies in the working directory or where `QA_CONFIG`
points. An unknown key in `qa.toml` is an error, so that a typing slip is not a silent default.
"""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from qa.errors import UsageError

_PREFIX = "QA_"
_CONFIG = "QA_CONFIG"


def default_cache_dir() -> Path:
    """Return the folder for what is made once for a machine, such as exported models."""
    return Path(os.environ.get("QA_CACHE_DIR") or user_cache_path("footnote"))


class Settings(BaseSettings):
    """The settings of one process. Frozen; pass a copy with `model_copy(update=…)` to vary one."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(Path("data"), description="Library, indexes, uploads and models.")
    cache_dir: Path = Field(
        default_factory=default_cache_dir,
        description="What is made once for a machine: exported models, and which engine is fast.",
    )
    embedding_model: str = Field(
        "bundled", description="`bundled`, or the name or path of a sentence-transformers model."
    )
    chunk_tokens: int = Field(
        160, ge=32, le=2048, description="Length of a passage in tokens of the embedding model."
    )
    chunk_overlap: int = Field(
        32, ge=0, le=512, description="Tokens that a passage shares with the one before it."
    )
    chroma_url: str | None = Field(
        None, description="A Chroma server for the vectors; else they lie in `data_dir`."
    )
    chroma_tenant: str = Field("default_tenant", description="Whose vectors, in that server.")
    chroma_database: str = Field(
        "default_database", description="Which of the tenant's databases holds them."
    )
    chroma_api_key: SecretStr | None = Field(
        None, description="Key for that server, as Chroma Cloud wants one."
    )
    replica: bool = Field(
        default=False,
        description="Whether to answer from a data directory that another process writes, and "
        "change nothing in it. Needs `chroma_url`.",
    )
    batch_passages: int = Field(
        128,
        ge=1,
        le=5000,
        description="Passages embedded together; four times as many are written together.",
    )
    max_file_mb: float = Field(
        20.0, gt=0, description="Files larger than this are reported and left out."
    )
    retrieve_k: int = Field(
        20, ge=1, le=200, description="Passages that are read for one question."
    )
    rerank: bool = Field(
        default=True, description="Whether passages are ordered by what the reader finds in them."
    )
    max_claims: int = Field(6, ge=1, le=50, description="Most claims that one answer may have.")
    max_question_chars: int = Field(2000, ge=10, description="Longest question accepted.")
    host: str = Field("127.0.0.1", description="Address that `qa serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that `qa serve` listens on.")
    allowed_hosts: str = Field(
        "", description="More names that `qa serve` answers to, as a proxy has; commas between."
    )
    api_keys: str = Field(
        "", description="Keys as `qa keys add` prints their entries, spaces or commas between."
    )
    allow_anyone: bool = Field(
        default=False,
        description="Whether a server that other machines can reach may do without keys.",
    )
    rate_per_minute: int | None = Field(
        None,
        ge=0,
        description="Requests a minute of each key or address. 0: no limit. Unset: 600, and no "
        "limit where only this machine can ask and needs no key.",
    )
    parallel_requests: int | None = Field(
        None,
        ge=0,
        description="Requests at the same time of each key or address. 0: no limit. Unset: 16, and "
        "no limit where only this machine can ask and needs no key.",
    )
    answer_s: float = Field(
        600.0, gt=0, description="Seconds that `qa serve` takes for an answer as a whole."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="How `qa serve` writes its log to stderr."
    )
    log_questions: bool = Field(
        default=False, description="Whether the log holds the text of questions."
    )
    llm: str = Field(
        "auto",
        pattern=r"^(auto|embedded|ollama/\S+|openai/\S+)$",
        validate_default=True,
        description="What writes answers: `auto` (Ollama if it has a usable model, else the "
        "embedded reader), `embedded`, `ollama/<tag>`, or `openai/<model>` at `llm_url`.",
    )
    llm_url: str | None = Field(
        None,
        validate_default=True,
        description="Address of an OpenAI-compatible server, for `openai/<model>`.",
    )
    llm_api_key: SecretStr | None = Field(
        None, description="Key for the server at `llm_url`; a local one needs none."
    )
    ollama_url: str | None = Field(
        None, description="Ollama's address; else OLLAMA_HOST, else http://127.0.0.1:11434."
    )
    ollama_model: str = Field(
        "granite4.1:3b",
        min_length=1,
        description="The model that `auto` prefers and `qa pull` gets.",
    )
    check_model: str | None = Field(
        None,
        min_length=1,
        description="A fact-checking model in Ollama that must agree to each statement of a "
        "language model, such as `bespoke-minicheck` (CC BY-NC 4.0: no commercial use). Off when "
        "unset.",
    )
    llm_num_ctx: int = Field(
        4096, ge=1024, description="Tokens of the model's context: prompt and answer together."
    )
    llm_max_tokens: int = Field(
        512, ge=32, description="Most tokens that the model may write for one answer."
    )
    llm_load_s: float = Field(180.0, gt=0, description="Seconds that loading the model may take.")
    llm_first_token_s: float = Field(
        120.0, gt=0, description="Seconds until the loaded model's first token."
    )
    llm_next_token_s: float = Field(30.0, gt=0, description="Seconds between two tokens.")
    llm_retries: int = Field(
        3, ge=0, le=20, description="Times that a busy server (503) is asked again."
    )
    llm_retry_s: float = Field(
        1.0, gt=0, description="Seconds before a busy server is asked again; doubled each time."
    )
    llm_parallel: int = Field(
        1, ge=1, description="Answers written at the same time; as OLLAMA_NUM_PARALLEL."
    )
    llm_queue_s: float = Field(
        120.0, ge=0, description="Seconds that a question waits for its turn at the model."
    )

    @field_validator("chunk_overlap")
    @classmethod
    def _passages_are_longer_than_what_they_share(cls, overlap: int, info: ValidationInfo) -> int:
        if overlap >= info.data.get("chunk_tokens", overlap + 1):
            raise ValueError("it must be less than QA_CHUNK_TOKENS")
        return overlap

    @field_validator("llm_url")
    @classmethod
    def _openai_needs_a_server(cls, url: str | None, info: ValidationInfo) -> str | None:
        # There is no default: articles are never sent to a server that nobody named.
        if url is None and str(info.data.get("llm", "")).startswith("openai/"):
            raise ValueError("it must name the server of the model that QA_LLM asks for")
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the interface's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the interface's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then `qa.toml`."""
        named = os.environ.get(_CONFIG)
        toml = Path(named or "qa.toml")
        if named and not toml.is_file():
            raise UsageError(f"{_CONFIG} names {named}, which is no file.", "Correct or unset it.")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml)


def unknown_names(environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield each variable that looks like a setting and is none, with the nearest one that is.

    As in reading them, upper and lower case are the same.
    """
    known = [_CONFIG, *(_PREFIX + field.upper() for field in Settings.model_fields)]
    for name in sorted(environment):
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            nearest = get_close_matches(name.upper(), known, n=1)
            yield name, nearest[0] if nearest else None
