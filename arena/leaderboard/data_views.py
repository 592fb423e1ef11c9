"""`/data/`: the votes to take away, and the card that says what they are. A worker makes the files."""

from collections.abc import AsyncIterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arena import queue
from arena.leaderboard import exports
from arena.leaderboard.export_rows import MEANINGS
from arena.leaderboard.exports import Export
from arena.leaderboard.left_out import left_out
from arena.leaderboard.services import latest

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
CHUNK = 1 << 16
AGAIN_SECONDS = 5


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show the data card with sizes and digests."""
    files = files_or_ask()
    context = {
        "files": [(kind, files.get(kind)) for kind in exports.KINDS],
        "voted": latest() is not None,
        "columns": MEANINGS.items(),
        "leaks": left_out(),
        "tab": "data",
    }
    return render(request, "leaderboard/data.html", context)


def files_or_ask() -> dict[str, Export]:
    """Return the files by kind; where votes are there and no files yet, ask a worker to make them."""
    files = exports.current()
    if files or latest() is None:
        return files
    queue.export()
    return exports.current()


async def votes(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Stream a file of votes; its name, digest and snapshot stand in the headers."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    opened = await sync_to_async(_open)(kind)
    if opened is None:
        text = _("The files are being made. Please try again in a few seconds.")
        headers = {"Retry-After": str(AGAIN_SECONDS), "Cache-Control": "no-store"}
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8", headers=headers)
    export, file = opened
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Length": str(export.size),
        "Content-Disposition": f'attachment; filename="{export.path.name}"',
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "no-cache",
        "ETag": f'"{export.digest}"',
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        file.close()
        return HttpResponse(status=304, headers={"ETag": headers["ETag"]})
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(_chunks(file), headers=headers)


def _open(kind: str) -> tuple[Export, BinaryIO] | None:
    """Open the file before anything is said: a worker may replace it meanwhile, and what is open stays whole."""
    for _try in range(3):
        export = files_or_ask().get(kind)
        if export is None:
            if latest() is None:
                raise Http404("Nobody has voted yet: there is no file.")
            return None
        try:
            return export, export.path.open("rb")
        except FileNotFoundError:  # replaced since the look: the next look finds the new set
            continue
    return None


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        read = sync_to_async(file.read, thread_sensitive=False)
        while chunk := await read(CHUNK):
            yield chunk
