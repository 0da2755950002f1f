"""What can be wrong with an evaluation's own inputs: each is wrong usage, exit status 2."""

from qa.errors import QAError, UsageError


class BadGoldSet(UsageError):
    """A gold set cannot be read, or lines of it are not gold questions."""

    slug = "bad-gold-set"
    title = "The gold set cannot be used"


class BadThresholds(UsageError):
    """A thresholds file cannot be read, or names a metric that does not exist."""

    slug = "bad-thresholds"
    title = "The thresholds cannot be used"


class BadBaseline(UsageError):
    """An earlier results file cannot be read, or shares no question with this run."""

    slug = "bad-baseline"
    title = "The baseline cannot be used"


class BadOption(UsageError):
    """An option of the evaluation has a value that makes no sense."""

    slug = "bad-option"
    title = "The option cannot be used"


class BadBenchmark(UsageError):
    """A benchmark's files are not where, or not what, its format says."""

    slug = "bad-benchmark"
    title = "The benchmark cannot be read"


class ServiceUnreachable(QAError):
    """The service under test does not answer, or answers something else."""

    slug = "service-unreachable"
    title = "The service cannot be evaluated"
    status = 502


class BenchFailed(QAError):
    """A measurement of the benchmark broke off."""

    slug = "bench-failed"
    title = "The benchmark could not be run"
