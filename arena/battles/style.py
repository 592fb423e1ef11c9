"""Style covariates of an answer, counted when the vote is stored."""

import re
from typing import TypedDict

HEADER = re.compile(r"^#{1,6}\s+\S", re.MULTILINE)
LIST_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\S", re.MULTILINE)
BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")
FENCE = re.compile(r"^```", re.MULTILINE)


class Style(TypedDict):
    """Counts of one side."""

    characters: int
    headers: int
    list_items: int
    bold: int
    code_blocks: int


def style_of(texts: list[str]) -> Style:
    """Count over all answers of one side."""
    text = "\n\n".join(texts)
    return {
        "characters": sum(len(t) for t in texts),
        "headers": len(HEADER.findall(text)),
        "list_items": len(LIST_ITEM.findall(text)),
        "bold": len(BOLD.findall(text)),
        "code_blocks": len(FENCE.findall(text)) // 2,
    }
