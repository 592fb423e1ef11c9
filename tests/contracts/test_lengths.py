"""The one estimate of length is an upper one for both small models."""

import random

import pytest

from arena.battles.length import PER_MESSAGE, estimate_tokens
from workers.ollama import Chat, Ollama
from workers.wire import Done

TEXTS = {
    "English": "The quick brown fox jumps over the lazy dog, and nobody minds. " * 20,
    "Chinese": "天空为什么是蓝色的？因为空气散射了阳光，蓝光比红光散射得更多。" * 20,
    "Japanese and Korean": "日本の首都は東京です。한국의 수도는 서울입니다. " * 20,
    "Russian": "Почему небо голубое, а закат красный? " * 20,
    "Arabic": "لماذا السماء زرقاء والغروب أحمر؟ " * 20,
    "Thai": "ทำไมท้องฟ้าถึงเป็นสีฟ้า " * 20,
    "digits": "".join(random.Random(1).choices("0123456789", k=800)),
    "signs": "".join(random.Random(2).choices("{}[]()<>;:!?@#$%^&*~`'\"|\\/+-=_", k=800)),
    "emoji": "👩‍🚀🧑🏽‍🔬🏳️‍🌈👍🎉🦊" * 30,
    "code": "def f(x):\n    return {k: v for k, v in x.items() if v != 0}\n\n" * 20,
    "white space": "\n\t \n  \t" * 100,
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("model", ["smollm2:135m", "qwen2.5-coder:0.5b"])
def test_the_estimate_is_never_too_low(engine: Ollama, model: str, name: str):
    text = TEXTS[name]
    options = {"num_ctx": 8192, "num_predict": 1, "seed": 1}
    done = [
        item
        for item in engine.chat(Chat(model, [{"role": "user", "content": text}], options))
        if isinstance(item, Done)
    ]
    assert done[0].prompt_tokens is not None
    assert done[0].prompt_tokens <= estimate_tokens(text) + PER_MESSAGE
