"""Public answers that anyone may read and keep while they are the newest."""

from django.http import HttpRequest, HttpResponse


def readable(response: HttpResponse) -> None:
    """Let pages of other sites read an answer."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag"
    response["Cache-Control"] = "no-cache"


def unchanged(request: HttpRequest, response: HttpResponse, key: str) -> HttpResponse | None:
    """Mark a readable answer as `key`'s; return a 304 when the reader has it already."""
    readable(response)
    tag = f'"{key}"'
    response["ETag"] = tag
    if tag not in [known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")]:
        return None
    return HttpResponse(status=304, headers=dict(response.items()))
