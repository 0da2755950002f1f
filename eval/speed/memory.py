"""Memory and disk, as the system counts them. Needs Linux's /proc."""

from pathlib import Path

_MB = 1_000_000


def resident(pid: int | str = "self") -> float:
    """Return the memory that a process holds now, in MB."""
    return _status(pid, "VmRSS")


def peak(pid: int | str = "self") -> float:
    """Return the most memory that a process has held since it was started, in MB."""
    return _status(pid, "VmHWM")


def total() -> float:
    """Return the machine's memory, in MB."""
    return _field(Path("/proc/meminfo"), "MemTotal")


def on_disk(path: Path) -> float:
    """Return what a file or folder takes on disk, in MB."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_blocks * 512 for file in files if file.is_file()) / _MB


def _status(pid: int | str, name: str) -> float:
    return _field(Path(f"/proc/{pid}/status"), name)


def _field(path: Path, name: str) -> float:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / _MB
    raise ValueError(f"{path} has no {name}")
