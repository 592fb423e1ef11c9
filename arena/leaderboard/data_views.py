"""`/data/`: the votes to take away, and the card that says what they are."""

from collections.abc import AsyncIterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arena.leaderboard import exports
from arena.leaderboard.left_out import left_out

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
CHUNK = 1 << 16


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show the data card with sizes and digests."""
    files = [(kind, exports.ensure(kind)) for kind in exports.KINDS]
    context = {"files": files, "columns": exports.MEANINGS.items(), "leaks": left_out(), "tab": "data"}
    return render(request, "leaderboard/data.html", context)


async def votes(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Stream a file of votes; its name, digest and snapshot stand in the headers."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    export = await sync_to_async(exports.ensure)(kind)
    if export is None:
        raise Http404("Nobody has voted yet: there is no file.")
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Length": str(export.size),
        "Content-Disposition": f'attachment; filename="{export.path.name}"',
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "no-cache",
        "ETag": f'"{export.digest}"',
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers={"ETag": headers["ETag"]})
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(_chunks(export.path), headers=headers)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        read = sync_to_async(file.read, thread_sensitive=False)
        while chunk := await read(CHUNK):
            yield chunk
