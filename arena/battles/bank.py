"""The bank: prompts of our own writing, English and Chinese evenly, from which instant battles are made."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "bank.csv"


@dataclass(frozen=True)
class BankPrompt:
    """One prompt, with what a board can be filtered by."""

    id: str
    language: str
    category: str
    difficulty: str
    licence: str
    prompt: str


@cache
def prompts() -> tuple[BankPrompt, ...]:
    """Return the whole bank."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(BankPrompt(**row) for row in csv.DictReader(file))


def languages() -> tuple[str, ...]:
    """Return the bank's languages."""
    return tuple(sorted({row.language for row in prompts()}))
