"""Compiles the translations, with a library: no gettext has to be installed. Imports no Django, so it may run first."""

from pathlib import Path

import polib

FOLDER = Path(__file__).parent / "locale"


def compile_all() -> int:
    """Write each `.mo` that is missing or older than its `.po`; return how many were written."""
    written = 0
    for source in FOLDER.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            continue
        part = target.with_suffix(".part")
        polib.pofile(str(source)).save_as_mofile(str(part))
        part.replace(target)  # whole or not at all: another process may be reading
        written += 1
    return written
