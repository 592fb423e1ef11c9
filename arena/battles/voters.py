"""Who asks: a random 128-bit key in a signed cookie, and nothing else about the person."""

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from arena.battles.models import Voter

COOKIE = "voter"
YEAR = 365 * 24 * 3600
_SIGNER_SALT = "arena.voter"


def key_of(cookies: Mapping[str, str]) -> str | None:
    """Return the key in the cookie, or nothing when it is missing or not ours."""
    try:
        return signing.Signer(salt=_SIGNER_SALT).unsign(cookies.get(COOKIE, ""))
    except signing.BadSignature:
        return None


def voter_of(request: HttpRequest) -> Voter | None:
    """Return the voter who asks, if they have started a battle before."""
    key = key_of(request.COOKIES)
    return Voter.objects.filter(key=key).first() if key else None


def make_voter(request: HttpRequest) -> Voter:
    """Return the voter who asks, making the row with the first battle."""
    key = key_of(request.COOKIES) or secrets.token_hex(16)
    return Voter.objects.get_or_create(key=key)[0]


def remember(response: HttpResponse, voter: Voter) -> None:
    """Give the voter their cookie."""
    response.set_cookie(
        COOKIE,
        signing.Signer(salt=_SIGNER_SALT).sign(voter.key),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
