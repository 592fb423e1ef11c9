"""One estimate for both sides. That it is an upper one is held against both real models in `tests/contracts`."""

from arena.battles.length import estimate_tokens, fits


def test_the_rates():
    assert estimate_tokens("word") == 2
    assert estimate_tokens("1234") == 4
    assert estimate_tokens("你好") == 4
    assert estimate_tokens("👍") == 4
    assert estimate_tokens("") == 0


def test_twelve_thousand_english_characters_fit_and_as_many_chinese_do_not():
    assert fits([[{"role": "user", "content": "word " * 2400}]])
    assert not fits([[{"role": "user", "content": "字" * 12_000}]])


def test_the_longer_of_two_histories_decides():
    short, long = [{"role": "user", "content": "a"}], [{"role": "user", "content": "字" * 9000}]
    assert not fits([short, long])
    assert not fits([long, short])
