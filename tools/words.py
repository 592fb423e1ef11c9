"""`make words`: takes the strings of code and templates into the translations. Needs gettext.

Django's makemessages does the work; afterwards the file has no dates and no guesses, so that a second run changes
nothing. `--check` only says whether one would.
"""

import os
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "arena/locale").glob("*/LC_MESSAGES/django.po"))
SKIPPED = ("node_modules", ".venv*", "var", "tests", "tools", "benchmarks")
KEPT = ("Project-Id-Version", "Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")


def main(check: bool) -> int:
    """Extract; return 1 where `--check` finds strings that the translations lack, or that are gone."""
    before = {file: file.read_bytes() for file in FILES}
    for file in FILES:
        _extract(file.parent.parent.name)
        _tidy(file)
    changed = [file for file, content in before.items() if file.read_bytes() != content]
    if check:
        for file in changed:
            file.write_bytes(before[file])
            print(f"{file.relative_to(ROOT)} is behind the code: run `make words` and translate what is empty")
        return 1 if changed else 0
    for file in FILES:
        print(f"{file.relative_to(ROOT)}: {len(polib.pofile(str(file)).untranslated_entries())} to translate")
    return 0


def _extract(language: str) -> None:
    command = [sys.executable, "manage.py", "makemessages", "-l", language, "--no-wrap", "--no-obsolete"]
    command += ["--add-location", "never", "--verbosity", "0"]
    for pattern in SKIPPED:
        command += ["-i", pattern]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"ARENA_TESTING": "True"})


def _tidy(file: Path) -> None:
    words = polib.pofile(str(file), wrapwidth=0)
    words.metadata = {name: words.metadata[name] for name in KEPT if name in words.metadata}
    words.metadata_is_fuzzy = False
    for entry in words:
        if entry.fuzzy:  # a guess by likeness is no translation
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
            entry.flags.remove("fuzzy")
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    words.save(str(file))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
