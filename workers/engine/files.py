"""The models of a folder: one GGUF file each, facts read from the file, tag and template from a sidecar."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gguf import GGUFReader
from gguf.constants import LlamaFileType

from workers import notes

CHATML = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
NO_TEMPLATE = "{{ .Prompt }}"
NAMED_TEMPLATES = {"chatml": CHATML}


@dataclass(frozen=True)
class ModelFile:
    """One model as the engine serves it."""

    name: str
    path: Path
    weights_digest: str
    digest: str
    size: int
    modified: str
    architecture: str
    context_length: int
    parameter_count: int
    quantisation: str
    template: str
    runner_template: str
    licence: str
    info: dict[str, Any] = field(hash=False)

    @property
    def parameter_size(self) -> str:
        """The count as Ollama writes it: 134.52M, 7.62B."""
        for unit, size in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
            if self.parameter_count >= size:
                return f"{self.parameter_count / size:.2f}{unit}"
        return str(self.parameter_count)

    @property
    def details(self) -> dict[str, Any]:
        """The `details` object of tags, ps and show."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.architecture,
            "families": [self.architecture],
            "parameter_size": self.parameter_size,
            "quantization_level": self.quantisation,
        }


class NotAModel(Exception):
    """The file is no GGUF, or only a part of one."""


FACTS = ".facts.json"


def scan(folder: Path) -> tuple[dict[str, ModelFile], dict[str, str]]:
    """Return the models of `folder` by name, and why other `.gguf` files can't be served.

    Reading a file of half a gigabyte takes seconds, so what was read is kept beside the files.
    """
    known, kept = notes.read(folder / FACTS, {}), dict[str, Any]()
    models: dict[str, ModelFile] = {}
    refused: dict[str, str] = {}
    for path in sorted(folder.glob("*.gguf")):
        stamp = _stamp(path)
        row = known.get(path.name)
        if row is None or row["stamp"] != stamp:
            row = {"stamp": stamp, **_read(path)}
        kept[path.name] = row
        if "refused" in row:
            refused[path.name] = row["refused"]
        else:
            model = ModelFile(path=path, **row["model"])
            models[model.name] = model
    if kept != known:
        notes.write(folder / FACTS, kept)
    return models, refused


def refused_files(folder: Path) -> dict[str, str]:
    """Return the files that the engine found to be no models, as it noted them at its last look."""
    return {name: row["refused"] for name, row in notes.read(folder / FACTS, {}).items() if "refused" in row}


def _stamp(path: Path) -> list[int]:
    sidecar, stat = path.with_suffix(".json"), path.stat()
    return [stat.st_mtime_ns, stat.st_size, sidecar.stat().st_mtime_ns if sidecar.exists() else 0]


def _read(path: Path) -> dict[str, Any]:
    """Read one file into a `model`, or a sentence why it is `refused`."""
    try:
        return {"model": _facts(path)}
    except NotAModel as error:
        return {"refused": str(error)}


def sidecar_of(path: Path) -> dict[str, Any]:
    """Return what the file NAME.json beside NAME.gguf says; nothing where there is none.

    Raises:
        NotAModel: somebody wrote it by hand, and it can't be read.
    """
    side = path.with_suffix(".json")
    try:
        said = json.loads(side.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:  # no JSON, or no UTF-8
        raise NotAModel(f"has a file {side.name} beside it that can't be read as JSON: {error}") from error
    if not isinstance(said, dict):
        raise NotAModel(f'has a file {side.name} beside it that is no object like {{"slug": "…", "tag": "…"}}')
    return said


def _facts(path: Path) -> dict[str, Any]:
    sidecar = sidecar_of(path)
    try:
        reader = GGUFReader(path)
        info = _info(reader)
        parameters = sum(int(tensor.n_elements) for tensor in reader.tensors)
    except Exception as error:  # the reader has no exception of its own: a broken file ends in any of a dozen
        raise NotAModel(f"can't be read as GGUF: {error}") from error
    architecture = str(info.get("general.architecture", ""))
    if not architecture:
        raise NotAModel("names no architecture")
    weights, stat = _sha256(path), path.stat()
    own = str(info.pop("tokenizer.chat_template", "") or "")
    wanted = str(sidecar.get("template", ""))
    template = NAMED_TEMPLATES.get(wanted, wanted) or own or NO_TEMPLATE
    manifest = json.dumps([weights, template, sidecar.get("tag", "")])
    info["general.parameter_count"] = parameters
    return {
        "name": str(sidecar.get("tag") or _tag(info, path)),
        "weights_digest": weights,
        "digest": hashlib.sha256(manifest.encode()).hexdigest(),
        "size": stat.st_size,
        "modified": datetime.fromtimestamp(stat.st_mtime, UTC).isoformat().replace("+00:00", "Z"),
        "architecture": architecture,
        "context_length": int(info.get(f"{architecture}.context_length", 4096)),
        "parameter_count": parameters,
        "quantisation": _quantisation(info),
        "template": template,
        "runner_template": wanted,
        "licence": str(info.get("general.license", "") or ""),
        "info": info,
    }


def _info(reader: GGUFReader) -> dict[str, Any]:
    """Return the scalar metadata; long arrays stay out, as Ollama leaves them out of `show`."""
    info: dict[str, Any] = {}
    for name, value in reader.fields.items():
        if name.startswith("GGUF."):
            continue
        contents = value.contents()
        if isinstance(contents, str | int | float | bool):
            info[name] = contents
    return info


def _quantisation(info: dict[str, Any]) -> str:
    try:
        return str(LlamaFileType(int(info["general.file_type"])).name).removeprefix("MOSTLY_")
    except (KeyError, ValueError):
        return "unknown"


def _tag(info: dict[str, Any], path: Path) -> str:
    """Make a tag from the file's own name for itself, else from the file's name."""
    base = str(info.get("general.basename") or "")
    size = str(info.get("general.size_label") or "latest")
    if not base:
        return re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()) + ":latest"
    return f"{re.sub(r'[^a-z0-9._-]+', '-', base.lower())}:{size.lower()}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return str(hashlib.file_digest(file, "sha256").hexdigest())
