"""Public answers that anyone may read and keep while they are the newest."""

from django.http import HttpRequest, HttpResponse


def unchanged(request: HttpRequest, response: HttpResponse, key: str) -> HttpResponse | None:
    """Mark a response as `key`'s and readable from other sites; return a 304 when the reader has it already."""
    tag = f'"{key}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag"
    response["Cache-Control"] = "no-cache"
    response["ETag"] = tag
    if tag not in [known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")]:
        return None
    return HttpResponse(status=304, headers=dict(response.items()))
