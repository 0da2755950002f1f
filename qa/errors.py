"""The errors a user can meet, as a tree. Each says what was found and what to do about it.

QAError
├── UsageError            the request cannot be understood (HTTP 4xx, exit status 2)
│   ├── BadQuestion
│   ├── BadFilter
│   ├── FolderNotFound
│   ├── AddressRefused
│   ├── UnknownArticle
│   └── UnknownKey
├── ArticleError          one file cannot become an article; the others go on
│   ├── EmptyArticle
│   ├── BinaryArticle
│   ├── UndecodableArticle
│   ├── UnreadableArticle
│   ├── ArticleTooLarge
│   ├── UnsupportedFormat
│   ├── FormatNotInstalled
│   ├── DamagedArticle
│   ├── LockedArticle
│   ├── FetchFailed
│   └── LinkLoop
├── IndexUnusable         the index cannot be used as it is
│   ├── NothingIndexed
│   ├── IndexLocked
│   ├── IndexMismatch
│   ├── IndexDamaged
│   │   └── LibraryDamaged
│   ├── ChromaUnreachable
│   ├── ChromaRefused
│   ├── CollectionGone
│   ├── ReplicaOnly
│   └── ReplicaUnready
├── StorageError          the disk does not take or keep what is written
│   ├── DiskFull
│   └── NotWritable
├── ModelError            a model cannot be used
│   ├── ModelNotFound
│   ├── ModelDigestMismatch
│   ├── WorkersFailed
│   └── LLMError          a generative model cannot write, or did not write to the end
│       ├── LLMUnreachable
│       ├── LLMWrongAddress
│       ├── LLMMissing
│       ├── LLMLoading
│       ├── LLMTooSlow
│       ├── LLMOutOfMemory
│       ├── LLMBusy
│       ├── LLMRefused
│       ├── LLMInterrupted
│       ├── LLMGarbled
│       ├── LLMPromptTooLong
│       ├── LLMPromptCut
│       ├── LLMCutShort
│       ├── LLMRepeating
│       └── LLMEmpty
├── KeysUnreadable        the keys of a server cannot be read, so nobody is let in
└── JobRunning            an ingest is already under way in this server
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from qa.types import Problem


class QAError(Exception):
    """Base of every error that is shown to a user.

    `detail` says what was found and what was expected; `remedy` says what to do. `slug` is the
    `type` of the API's problem+json, `status` its HTTP status. Where the remedy is a `command`, who
    has only the server is told the `route` instead.
    """

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"
    status: ClassVar[int] = 500
    command: ClassVar[str] = ""
    route: ClassVar[str] = ""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail = detail
        self.remedy = remedy

    @property
    def problem(self) -> "Problem":
        """The error as the wire carries it (RFC 9457, with a `remedy`)."""
        from qa.types import Problem

        return Problem(
            type=self.slug, title=self.title, detail=self.detail, remedy=self.route or self.remedy
        )


class UsageError(QAError):
    """The request itself is at fault."""

    slug = "usage"
    title = "The request cannot be understood"
    status = 422


class BadQuestion(UsageError):
    """The question is empty, too long, or has no words."""

    slug = "bad-question"
    title = "The question cannot be asked"


class BadFilter(UsageError):
    """A filter names no article, or its dates are the wrong way round."""

    slug = "bad-filter"
    title = "The filter cannot be applied"


class FolderNotFound(UsageError):
    """A path given to ingest does not exist, or was never ingested."""

    slug = "folder-not-found"
    title = "There is no such folder"
    status = 404


class AddressRefused(UsageError):
    """What was to be fetched is no page of the open internet."""

    slug = "address-refused"
    title = "The address is not fetched"


class UnknownArticle(UsageError):
    """No article has this id."""

    slug = "unknown-article"
    title = "There is no such article"
    status = 404
    command = "`qa status --files` lists the ids."
    route = "GET /api/articles lists the ids."


class UnknownKey(UsageError):
    """No key has this name."""

    slug = "unknown-key"
    title = "There is no such key"
    status = 404


class ArticleError(QAError):
    """One file cannot become an article."""

    slug = "article"
    title = "The file cannot be read as an article"
    status = 422


class EmptyArticle(ArticleError):
    """The file has no text."""

    slug = "empty-article"
    title = "The file has no text"


class BinaryArticle(ArticleError):
    """The file is not text, whatever its name says."""

    slug = "binary-article"
    title = "The file is not text"


class UndecodableArticle(ArticleError):
    """No known encoding explains the file's bytes."""

    slug = "undecodable-article"
    title = "The file's encoding is unknown"


class UnreadableArticle(ArticleError):
    """The operating system refuses to read the file."""

    slug = "unreadable-article"
    title = "The file cannot be opened"


class HiddenArticle(ArticleError):
    """A file that was asked for is hidden in a folder that is followed."""

    slug = "hidden-article"
    title = "The file is hidden"


class ArticleTooLarge(ArticleError):
    """The file is larger than the limit."""

    slug = "article-too-large"
    title = "The file is too large"
    status = 413


class UnsupportedFormat(ArticleError):
    """The file's extension is not one that can be read."""

    slug = "unsupported-format"
    title = "The format is not supported"
    status = 415


class FormatNotInstalled(ArticleError):
    """The format can be read, but the package that reads it is not installed."""

    slug = "format-not-installed"
    title = "The reader of this format is not installed"
    status = 415


class DamagedArticle(ArticleError):
    """The inside of the file is not what its format says."""

    slug = "damaged-article"
    title = "The file is damaged"


class LockedArticle(ArticleError):
    """The file is encrypted."""

    slug = "locked-article"
    title = "The file is encrypted"


class FetchFailed(ArticleError):
    """No page comes from the address."""

    slug = "fetch-failed"
    title = "The page cannot be fetched"
    status = 502


class LinkLoop(ArticleError):
    """A symbolic link leads to itself, to nothing, or out of the folder."""

    slug = "link-loop"
    title = "The link leads nowhere"


class IndexUnusable(QAError):
    """The index cannot be used as it is."""

    slug = "index"
    title = "The index cannot be used"
    status = 503


class NothingIndexed(IndexUnusable):
    """There is no article to answer from."""

    slug = "nothing-indexed"
    title = "Nothing is indexed yet"
    status = 409
    command = "Index a folder of articles: qa ingest PATH"
    route = "Upload some: POST /api/articles. Or index a folder on the server: qa ingest PATH"


class IndexLocked(IndexUnusable):
    """Another process writes to this data directory."""

    slug = "index-locked"
    title = "Another process is using the index"
    status = 409


class IndexMismatch(IndexUnusable):
    """The index was made by another embedding model or with other passage settings."""

    slug = "index-mismatch"
    title = "The index was made with other settings"
    status = 409


class IndexDamaged(IndexUnusable):
    """Files of the index are missing or broken; the articles themselves are safe."""

    slug = "index-damaged"
    title = "The index is damaged"


class LibraryDamaged(IndexDamaged):
    """The library itself, which all else is built from, is broken."""

    slug = "library-damaged"
    title = "The library is damaged"


class ChromaUnreachable(IndexUnusable):
    """QA_CHROMA_URL names a server that does not answer."""

    slug = "chroma-unreachable"
    title = "The Chroma server does not answer"


class ChromaRefused(IndexUnusable):
    """The Chroma server answers with an error."""

    slug = "chroma-refused"
    title = "The Chroma server reports an error"
    status = 502


class CollectionGone(IndexUnusable):
    """The Chroma server does not have the vectors of this index."""

    slug = "collection-gone"
    title = "The Chroma server does not have the vectors"


class ReplicaOnly(IndexUnusable):
    """A replica is asked to change something, which only the writer may."""

    slug = "replica-only"
    title = "This server only reads"
    status = 409


class ReplicaUnready(IndexUnusable):
    """There is nothing that a replica could read yet, or not in a place where it may."""

    slug = "replica-unready"
    title = "The replica has nothing to read"


class StorageError(QAError):
    """The disk does not take or keep what is written."""

    slug = "storage"
    title = "The data directory cannot be used"
    status = 507


class DiskFull(StorageError):
    """There is no space left; nothing of what was stored before is lost."""

    slug = "disk-full"
    title = "The disk is full"


class NotWritable(StorageError):
    """The data directory, or a file in it, may not be written."""

    slug = "not-writable"
    title = "The data directory cannot be written"


class ModelError(QAError):
    """A model cannot be used."""

    slug = "model"
    title = "The model cannot be used"
    status = 503


class ModelNotFound(ModelError):
    """The model is neither bundled, nor on disk, nor can it be downloaded."""

    slug = "model-not-found"
    title = "The model was not found"


class ModelDigestMismatch(ModelError):
    """The bundled weights are not the ones that the publisher released."""

    slug = "model-digest"
    title = "The model's weights are not the published ones"


class WorkersFailed(ModelError):
    """The workers that embed cannot be had, or broke off."""

    slug = "workers-failed"
    title = "The workers that embed failed"


class LLMError(ModelError):
    """A generative model cannot write, or did not write to the end."""

    slug = "llm"
    title = "The language model cannot answer"


class LLMUnreachable(LLMError):
    """Nothing answers at the model server's address: it is not running."""

    slug = "llm-unreachable"
    title = "The model server is not running"


class LLMWrongAddress(LLMError):
    """The address cannot be one, or what answers there does not speak the protocol."""

    slug = "llm-wrong-address"
    title = "There is no model server at this address"


class LLMMissing(LLMError):
    """The server does not have the model."""

    slug = "llm-missing"
    title = "The language model is not there yet"


class LLMLoading(LLMError):
    """The model is still being loaded when the time for that is up."""

    slug = "llm-loading"
    title = "The language model takes too long to load"


class LLMTooSlow(LLMError):
    """The first word, or the next one, did not come in time."""

    slug = "llm-too-slow"
    title = "The language model is too slow"
    status = 504


class LLMOutOfMemory(LLMError):
    """The model does not fit into the memory of the machine it runs on."""

    slug = "llm-out-of-memory"
    title = "The language model does not fit into memory"


class LLMBusy(LLMError):
    """The model is busy with other questions, and stayed so."""

    slug = "llm-busy"
    title = "The language model is busy"


class LLMRefused(LLMError):
    """The server answers with an error of another kind."""

    slug = "llm-refused"
    title = "The model server reports an error"
    status = 502


class LLMInterrupted(LLMError):
    """The model's text broke off: the connection was cut, or the model failed while writing."""

    slug = "llm-interrupted"
    title = "The language model broke off"
    status = 502


class LLMGarbled(LLMError):
    """What the server sent is not what its protocol says."""

    slug = "llm-garbled"
    title = "The model server cannot be understood"
    status = 502


class LLMPromptTooLong(LLMError):
    """Not even one passage fits into the model's context with the question."""

    slug = "llm-prompt-too-long"
    title = "The question and its passages do not fit into the model's context"


class LLMPromptCut(LLMError):
    """The server read fewer tokens than the prompt has: it dropped a part without saying so."""

    slug = "llm-prompt-cut"
    title = "The language model did not read the whole prompt"


class LLMCutShort(LLMError):
    """The text reached its limit before the model was done."""

    slug = "llm-cut-short"
    title = "The answer was cut at its length limit"


class LLMRepeating(LLMError):
    """The model repeats itself without end and was stopped."""

    slug = "llm-repeating"
    title = "The language model repeats itself"
    status = 502


class LLMEmpty(LLMError):
    """The model ended without a word that can be used."""

    slug = "llm-empty"
    title = "The language model wrote nothing"
    status = 502


class KeysUnreadable(QAError):
    """What says who may use a server cannot be read."""

    slug = "keys-unreadable"
    title = "The keys cannot be read"
    status = 503


class JobRunning(QAError):
    """An ingest is already under way."""

    slug = "job-running"
    title = "An ingest is already under way"
    status = 409
