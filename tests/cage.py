"""A process in a place like a container's: another root, read-only, and no network but its own.

Linux builds containers of namespaces, which a test that runs as root can make without an engine.
The programs are those of this machine; user, folders, environment and command are the image's.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_CAPS = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib64", "etc", "dev", "proc", "sys")


@dataclass(frozen=True)
class Box:
    """What the place holds: writable and readable folders, by the path inside; empty ones."""

    user: str
    workdir: str
    env: Mapping[str, str]
    writable: Mapping[str, str]
    readable: Mapping[str, str]
    tmpfs: Sequence[str]

    @property
    def entering(self) -> list[str]:
        """The words in front of a command that make it run as the user, without any right."""
        ids = [] if self.user == "0" else [f"--reuid={self.user}", f"--regid={self.user}"]
        env = [f"{name}={value}" for name, value in self.env.items()]
        return ["setpriv", *_CAPS, *ids, "--clear-groups", "env", "--ignore-environment", *env]


class Caged:
    """A process that runs in a box."""

    def __init__(self, box: Box, process: subprocess.Popen[str]) -> None:
        self.box = box
        self.process = process

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run another command beside it, as an engine's `exec` does."""
        place = ["nsenter", f"--target={self.process.pid}", "--mount", "--net", "--root", "--wd"]
        return subprocess.run(
            [*place, *self.box.entering, *command], text=True, capture_output=True, check=False
        )

    def wait_for(self, *command: str) -> None:
        """Repeat a command until it exits with 0, as a health check does."""
        deadline = time.monotonic() + 120
        while (tried := self.run(*command)).returncode:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}"
            assert time.monotonic() < deadline, tried.stderr
            time.sleep(0.2)


def possible() -> bool:
    """Tell whether this user of this machine may make namespaces."""
    tools = all(shutil.which(name) for name in ("unshare", "nsenter", "setpriv", "mount"))
    tried = ["unshare", "--mount", "--net", "true"]
    return (
        tools
        and os.geteuid() == 0
        and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


@contextmanager
def caged(box: Box, command: Sequence[str], root: Path) -> Iterator[Caged]:
    """Run `command` in `box`, whose root is made at the empty folder `root`; end it by SIGTERM."""
    words = ["unshare", "--mount", "--net", sys.executable, __file__, str(root)]
    process = subprocess.Popen([*words, json.dumps(asdict(box)), *command], text=True)
    try:
        yield Caged(box, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()


def _enter(root: str, box: Box, command: Sequence[str]) -> None:
    """Make the root, go there, and become the command."""
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root)
    for name in _SYSTEM:
        here = Path("/", name)
        if here.is_symlink():
            Path(root, name).symlink_to(here.readlink())
        elif here.is_dir():
            _bind(f"/{name}", root, f"/{name}", "ro")
    # Before the rest: the programs of this machine may lie in such a folder.
    for inside in box.tmpfs:
        Path(f"{root}{inside}").mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{root}{inside}")
    for inside, outside in box.readable.items():
        _bind(outside, root, inside, "ro")
    for inside, outside in box.writable.items():
        _bind(outside, root, inside, "rw")
    Path(f"{root}{box.workdir}").mkdir(parents=True, exist_ok=True)
    _mount("-o", "remount,ro", root)
    _loopback_up()
    os.chroot(root)
    os.chdir(box.workdir)
    words = [*box.entering, *command]
    os.execvp(words[0], words)  # noqa: S606 -- a shell would stand between


def _bind(outside: str, root: str, inside: str, mode: str) -> None:
    Path(f"{root}{inside}").mkdir(parents=True, exist_ok=True)
    _mount("--rbind", outside, f"{root}{inside}")
    if mode == "ro":
        _mount("-o", "remount,bind,ro", f"{root}{inside}")


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def _loopback_up() -> None:
    """Switch the loopback interface on: a fresh network has it off."""
    import fcntl
    import socket
    import struct

    set_flags, up = 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, set_flags, struct.pack("16sh", b"lo", up))


if __name__ == "__main__":
    _enter(sys.argv[1], Box(**json.loads(sys.argv[2])), sys.argv[3:])
