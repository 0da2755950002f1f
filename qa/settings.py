"""Every setting, in one place: defaults, then `qa.toml`, then the environment (`QA_*`).

The environment wins over `qa.toml`, which lies in the working directory or where `QA_CONFIG`
points. An unknown key in `qa.toml` is an error, so that a typing slip is not a silent default.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """The settings of one process. Frozen; pass a copy with `model_copy(update=…)` to vary one."""

    model_config = SettingsConfigDict(env_prefix="QA_", extra="forbid", frozen=True)

    data_dir: Path = Field(Path("data"), description="Library, indexes, uploads and models.")
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
    batch_passages: int = Field(
        64, ge=1, le=5000, description="Passages embedded together, and switched to together."
    )
    max_file_mb: float = Field(
        20.0, gt=0, description="Files larger than this are reported and left out."
    )
    retrieve_k: int = Field(
        20, ge=1, le=200, description="Passages that are read for one question."
    )
    max_claims: int = Field(6, ge=1, le=50, description="Most claims that one answer may have.")
    max_question_chars: int = Field(2000, ge=10, description="Longest question accepted.")
    host: str = Field("127.0.0.1", description="Address that `qa serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that `qa serve` listens on.")
    ollama_url: str | None = Field(
        None, description="Ollama's address; else OLLAMA_HOST, else http://127.0.0.1:11434."
    )

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
        toml = Path(os.environ.get("QA_CONFIG", "qa.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml)
