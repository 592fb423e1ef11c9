"""One estimate of length for both sides, so that a refusal never says which model could not take it."""

import math
from collections.abc import Iterable

from django.conf import settings

PER_MESSAGE = 12  # role marks and separators of every chat template we know


def estimate_tokens(text: str) -> int:
    """Return an upper estimate of `text` in tokens, held against both small models by a test.

    Letters and spaces of ASCII: 1 token per 2. Other ASCII (digits, signs): 1 each. Latin, Greek, Cyrillic: 1 each;
    CJK and everything else in the basic plane: 2, Hangul 3; beyond it (emoji): 4. Letters at random and rare
    Chinese characters can take more; what a model refuses all the same fails the battle as any failure does.
    """
    halves = sum(_halves(character) for character in text)
    return math.ceil(halves / 2)


def _halves(character: str) -> int:
    code = ord(character)
    if code < 0x80:
        return 1 if character.isalpha() or character == " " else 2
    if code < 0x530:
        return 2
    if 0xAC00 <= code < 0xD7B0:
        return 6
    return 4 if code < 0x10000 else 8


def fits(histories: Iterable[list[dict[str, str]]]) -> bool:
    """Whether the longer history leaves room for a whole answer."""
    room = settings.NUM_CTX - settings.NUM_PREDICT
    return all(sum(estimate_tokens(m["content"]) + PER_MESSAGE for m in history) <= room for history in histories)
