"""Which language a page is shown in: the cookie's choice, else the browser's. The same rule for what is kept."""

from functools import lru_cache
from http.cookies import CookieError, SimpleCookie

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt

from arena.posted import posted

YEAR = 365 * 24 * 3600
ALWAYS_ENGLISH = ("/api/", "/feed.atom", "/healthz", "/data/votes.")  # read by programs


class Language(LocaleMiddleware):
    """Django's own choice of language; what programs read is in English always."""

    def process_request(self, request: HttpRequest) -> None:
        """Choose."""
        if request.path.startswith(ALWAYS_ENGLISH):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
        else:
            super().process_request(request)


def in_chinese() -> bool:
    """Whether the page that is being made is Chinese."""
    return (translation.get_language() or "").startswith("zh")


@lru_cache(maxsize=4096)
def language_of(cookies: str, accepted: str) -> str:
    """Return the language for a Cookie and an Accept-Language header."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    try:
        request.COOKIES = {name: morsel.value for name, morsel in SimpleCookie(cookies).items()}
    except CookieError:
        request.COOKIES = {}
    return translation.get_language_from_request(request)


@csrf_exempt  # it changes nothing but the language of pages, and public pages stay free of tokens
@posted("home")
def switch(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language and go back to the page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    chosen = request.POST.get("lang", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings.SECURE_COOKIES,
        )
    return response
