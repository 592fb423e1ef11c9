"""The models of a folder: one GGUF file each, facts read from the file, tag and template from a sidecar."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from gguf import GGUFReader
from gguf.constants import LlamaFileType

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


def scan(folder: Path) -> tuple[dict[str, ModelFile], dict[str, str]]:
    """Return the models of `folder` by name, and why other `.gguf` files can't be served."""
    models: dict[str, ModelFile] = {}
    refused: dict[str, str] = {}
    for path in sorted(folder.glob("*.gguf")):
        sidecar = path.with_suffix(".json")
        stamp = sidecar.stat().st_mtime_ns if sidecar.exists() else 0
        stat = path.stat()
        try:
            model = _read(path, stat.st_mtime_ns, stat.st_size, stamp)
        except NotAModel as error:
            refused[path.name] = str(error)
            continue
        models[model.name] = model
    return models, refused


@lru_cache(maxsize=256)
def _read(path: Path, mtime_ns: int, size: int, sidecar_stamp: int) -> ModelFile:
    """Read one file; cached by its stamps, as hashing half a gigabyte takes a second."""
    sidecar = json.loads(path.with_suffix(".json").read_text("utf-8")) if sidecar_stamp else {}
    try:
        reader = GGUFReader(path)
        info = _info(reader)
        parameters = sum(int(tensor.n_elements) for tensor in reader.tensors)
    except Exception as error:  # the reader has no exception of its own: a broken file ends in any of a dozen
        raise NotAModel(f"can't be read as GGUF: {error}") from error
    architecture = str(info.get("general.architecture", ""))
    if not architecture:
        raise NotAModel("names no architecture")
    weights = _sha256(path)
    own = str(info.pop("tokenizer.chat_template", "") or "")
    wanted = str(sidecar.get("template", ""))
    template = NAMED_TEMPLATES.get(wanted, wanted) or own or NO_TEMPLATE
    manifest = json.dumps([weights, template, sidecar.get("tag", "")])
    info["general.parameter_count"] = parameters
    return ModelFile(
        name=str(sidecar.get("tag") or _tag(info, path)),
        path=path,
        weights_digest=weights,
        digest=hashlib.sha256(manifest.encode()).hexdigest(),
        size=size,
        modified=datetime.fromtimestamp(mtime_ns / 1e9, UTC).isoformat().replace("+00:00", "Z"),
        architecture=architecture,
        context_length=int(info.get(f"{architecture}.context_length", 4096)),
        parameter_count=parameters,
        quantisation=_quantisation(info),
        template=template,
        runner_template=wanted,
        licence=str(info.get("general.license", "") or ""),
        info=info,
    )


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
