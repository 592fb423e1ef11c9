"""Errors that the site raises on purpose become a page that says what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from arena.errors import ArenaError


class PlainErrors(MiddlewareMixin):
    """Renders an `ArenaError` as its own status and sentence; leaves every other exception alone."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for errors that have a sentence for the person who caused them."""
        if not isinstance(error, ArenaError):
            return None
        return render(request, "error.html", {"message": error.message, "status": error.status}, status=error.status)
