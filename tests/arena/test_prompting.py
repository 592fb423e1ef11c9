"""Language and category, by small offline rules."""

import pytest

from arena.battles.prompting import SYSTEM, category_of, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Why is the sky blue?", "en"),
        ("天空为什么是蓝色的？", "zh"),
        ("请解释一下 Python 的装饰器", "zh"),
        ("Pourquoi le ciel est-il bleu aujourd'hui, mon ami ?", "other"),
        ("日本の首都はどこですか", "other"),
        ("12345", "other"),
    ],
)
def test_language(text: str, language: str):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Write a Python function that reverses a list", "code"),
        ("写一个函数", "code"),
        ("Solve for x: 2x + 3 = 7", "maths"),
        ("求这个方程的解", "maths"),
        ("Tell me a story about a fox", "unlabelled"),
    ],
)
def test_category(text: str, category: str):
    assert category_of(text) == category


def test_the_system_message_is_short_and_names_nobody():
    assert len(SYSTEM) < 200
