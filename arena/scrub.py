"""Takes out of a text what could lead to a person: e-mail addresses, and numbers that look like cards or telephones."""

import re

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn
from stdnum.cn import ric

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
LONG_NUMBER = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}[Xx]?(?!\w)")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{2,4}){3,8}\b")
REGIONS = ("US", "CN", "GB", "DE")  # whose numbers are known without their country's prefix


def scrub(text: str) -> str:
    """Return the text with marks in place of what was taken out."""
    text = EMAIL.sub("[e-mail]", text)
    text = ACCOUNT.sub(lambda found: "[account]" if iban.is_valid(found[0]) else found[0], text)
    text = LONG_NUMBER.sub(lambda found: "[number]" if _is_card(found[0]) else found[0], text)
    for region in REGIONS:
        text = _without_phones(text, region)
    return text


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return bool(luhn.is_valid(digits) or ric.is_valid(digits))


def _without_phones(text: str, region: str) -> str:
    for match in reversed(list(PhoneNumberMatcher(text, region, leniency=Leniency.VALID))):
        text = f"{text[: match.start]}[telephone]{text[match.end :]}"
    return text
