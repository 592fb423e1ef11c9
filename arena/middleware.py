"""Errors that the site raises on purpose become a page that says what to do next; public pages travel compressed."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from arena.errors import ArenaError

PUBLIC = ("/leaderboard/", "/china-us/", "/snapshots/", "/models/", "/adoption/", "/data/", "/methods/", "/api/v1/")


class PlainErrors(MiddlewareMixin):
    """Renders an `ArenaError` as its own status and sentence; leaves every other exception alone."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for errors that have a sentence for the person who caused them."""
        if not isinstance(error, ArenaError):
            return None
        return render(request, "error.html", {"message": error.message, "status": error.status}, status=error.status)


class CompressPublic(GZipMiddleware):
    """Compresses what everybody gets alike. A battle's pages never are: they hold secrets beside what a voter typed."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress the reader's pages and the API; files of votes are streamed as they lie."""
        if response.streaming or not request.path.startswith(PUBLIC):
            return response
        return super().process_response(request, response)
