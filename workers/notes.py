"""Small JSON notes for the next start: written whole or not at all, and one that can't be read says nothing."""

import json
import os
from pathlib import Path
from typing import Any


def write(path: Path, value: Any) -> None:
    """Put a note into the place of the one before."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(value), "utf-8")
    part.replace(path)


def read(path: Path, otherwise: Any) -> Any:
    """Return a note, or `otherwise` where there is none or the machine went down while it was written."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return otherwise
