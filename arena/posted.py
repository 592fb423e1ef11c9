"""Addresses that only take forms, and the pages that these forms stand on."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]


def posted(page: str) -> Callable[[View], View]:
    """Let a view take POST alone.

    A browser without our scripts stands at the form's address afterwards: whoever then changes the language is sent to
    the page, and whoever loads the address anew reads where the page is.

    Args:
        page: name of the address of the page with the form; with the view's own `uuid` where it has one.
    """

    def only_post(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            place = reverse(page, args=[kwargs["uuid"]] if "uuid" in kwargs else [])
            request.page = place  # type: ignore[attr-defined]  # for templates/base.html
            if request.method == "POST":
                return view(request, *args, **kwargs)
            message = _("This address only takes what a form sends.")
            response = render(request, "error.html", {"message": message, "page": place}, status=405)
            response["Allow"] = "POST"
            return response

        return answer

    return only_post
