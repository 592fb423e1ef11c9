"""Both sides are trimmed alike, however the chunks fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.trim import Trimmer


def trimmed(chunks: list[str]) -> tuple[str, str]:
    trimmer = Trimmer()
    shown = "".join(trimmer.feed(chunk) for chunk in chunks) + trimmer.finish()
    assert shown == trimmer.shown
    return trimmer.shown, trimmer.reasoning


@pytest.mark.parametrize(
    ("raw", "shown", "reasoning"),
    [
        ("  \n Hello \n", "Hello", ""),
        ("<think>why</think>\n\nBecause.", "Because.", "why"),
        ("<think>never closed", "", "never closed"),
        ("Hi<|im_end|>", "Hi", ""),
        ("Hi<｜end▁of▁sentence｜>", "Hi", ""),
        ("if a < b and c <| d", "if a < b and c <| d", ""),
        ("a <thin line", "a <thin line", ""),
        ("ends with <", "ends with <", ""),
        ("two  words\n\n\nkept", "two  words\n\n\nkept", ""),
        ("", "", ""),
        ("   ", "", ""),
    ],
)
def test_what_is_taken_away(raw: str, shown: str, reasoning: str):
    assert trimmed([raw]) == (shown, reasoning)
    assert trimmed(list(raw)) == (shown, reasoning)


pieces = st.sampled_from(["<think>", "</think>", "<|im_end|>", "<", "|>", " ", "\n", "word", "你好", "<|", "think>"])


@given(st.lists(pieces, max_size=12), st.integers(1, 5))
def test_the_cut_of_chunks_changes_nothing(parts: list[str], size: int):
    text = "".join(parts)
    assert trimmed([text]) == trimmed([text[i : i + size] for i in range(0, len(text), size)])


@given(st.lists(pieces, max_size=12))
def test_what_was_shown_is_never_taken_back(parts: list[str]):
    trimmer, shown = Trimmer(), ""
    for part in parts:
        shown += trimmer.feed(part)
        assert trimmer.shown == shown
    shown += trimmer.finish()
    assert shown == trimmer.shown == shown.strip()
