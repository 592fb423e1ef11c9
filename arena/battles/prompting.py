"""What is sent to a model: the same short system message for all, then the side's own history."""

import hashlib
import re
from functools import cache
from typing import Any

from arena.battles.models import Reply, Turn

# Neutral and the same on both sides: without one, templates bring their own persona (decisions §1.1).
# A change of these words is a new version, known by its hash in every turn.
SYSTEM = "You are a helpful assistant. Answer the user's message directly, in the language it is written in."
SYSTEM_HASH = hashlib.sha256(SYSTEM.encode()).hexdigest()

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
SHORT = 20  # letters
CODE = re.compile(
    r"```|\b(python|javascript|typescript|rust|golang|java|c\+\+|sql|regex|bash|html|css|function|compile|debug|"
    r"refactor|code|algorithm)\b|代码|函数|编程|程序",
    re.IGNORECASE,
)
MATHS = re.compile(
    r"\\frac|\\int|\\sum|\b(integral|derivative|equation|theorem|proof|probability|calculate|solve for)\b|"
    r"\d\s*[-+*/^=×÷]\s*\d|方程|积分|导数|概率|证明|计算",
    re.IGNORECASE,
)


def messages(reply: Reply) -> list[dict[str, str]]:
    """Return the conversation of one reply's side, up to and with the question it answers."""
    turn = reply.turn
    earlier = Turn.objects.filter(battle=turn.battle_id, number__lt=turn.number).order_by("number")
    said = {r.turn_id: r.text for r in Reply.objects.filter(turn__in=earlier, side=reply.side)}
    return conversation([(t.prompt, said.get(t.pk, "")) for t in earlier], turn.prompt)


def conversation(history: list[tuple[str, str]], prompt: str) -> list[dict[str, str]]:
    """Return system message, earlier questions and answers, and the new question."""
    rows: list[dict[str, str]] = [{"role": "system", "content": SYSTEM}]
    for question, answer in history:
        rows += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*rows, {"role": "user", "content": prompt}]


def language_of(text: str) -> str:
    """Return `en`, `zh` or `other`, by a small offline detector."""
    han, letters = len(HAN.findall(text)), sum(character.isalpha() for character in text)
    if han and not KANA_OR_HANGUL.search(text) and han * 3 >= letters:
        return "zh"
    if text.isascii() and 0 < letters < SHORT:
        return "en"  # too little for the detector, which takes "Why?" for another language
    return "en" if letters and _detector().classify(text)[0] == "en" else "other"


@cache
def _detector() -> Any:
    # 0.4 s and 40 MB at the first own prompt, so not at import.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)


def category_of(text: str) -> str:
    """Return `code`, `maths` or `unlabelled`, by rule: no model judges (decisions §3)."""
    if CODE.search(text):
        return "code"
    return "maths" if MATHS.search(text) else "unlabelled"
