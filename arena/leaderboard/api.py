"""The public API, version 1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema

from arena.errors import ArenaError
from arena.leaderboard import catalogue_api, china_api, records_api
from arena.leaderboard.api_errors import ERRORS
from arena.leaderboard.fresh import unchanged
from arena.leaderboard.models import Board
from arena.leaderboard.services import latest
from arena.leaderboard.tables import no_votes

api = NinjaAPI(title="Arena", version="1", urls_namespace="api-1", docs_url="docs")
api.add_router("", china_api.router)
api.add_router("", catalogue_api.router)
api.add_router("", records_api.router)


@api.exception_handler(ArenaError)
def plain_error(request: HttpRequest, error: ArenaError) -> HttpResponse:
    """Answer an error that has a sentence for whoever caused it."""
    return api.create_response(request, {"detail": error.message}, status=error.status)


class BoardOut(Schema):
    """A filter over votes with a leaderboard of its own; `filters` says which votes count."""

    board: str
    title: str
    filters: dict[str, str | bool]
    snapshot: int | None
    votes: int


class SnapshotOut(Schema):
    """Which votes, method and code a board comes from."""

    id: int
    created: str
    through_seq: int
    method: str
    code_version: str


class ComparisonOut(Schema):
    """Chinese against American models, in Elo; null where nothing can be said yet."""

    sentence: str
    estimate: float | None
    lower: float | None
    upper: float | None
    votes: int
    missing: int


class ModelOut(Schema):
    """A row of the board; `rating` is null where the model is unranked, and `status` says why."""

    model: str
    slug: str
    country: str
    developer: str
    licence: str
    permissive: bool | None
    total_params_b: float | None
    active_params_b: float | None
    rating: float | None
    lower: float | None
    upper: float | None
    lower_all: float | None
    upper_all: float | None
    rank_low: int | None
    rank_high: int | None
    component: int | None
    votes: int
    battles: int
    both_bad: int
    win_rate: float | None
    words_per_second: float | None = None
    tokens_per_answer: float | None = None
    energy_wh: float | None = None
    asked: int | None = None
    failures: int | None = None
    failure_share: float | None = None
    seen: int | None = None
    leaks: int | None = None
    leak_share: float | None = None
    weights: str
    status: str


class LeaderboardOut(Schema):
    """A board as published."""

    snapshot: SnapshotOut | None
    board: str
    models: list[ModelOut]
    comparison: ComparisonOut


@api.get("/leaderboard", response={200: LeaderboardOut, **ERRORS}, url_name="leaderboard")
def leaderboard(request: HttpRequest, response: HttpResponse, board: str = "all") -> Any:
    """Return the current snapshot of a board (see /boards)."""
    snapshot = latest(board)
    if same := unchanged(request, response, str(snapshot.pk if snapshot else 0)):
        return same
    if snapshot is None:
        return {"snapshot": None, "board": board, "models": [], "comparison": no_votes()}
    return {
        "snapshot": {
            "id": snapshot.pk,
            "created": snapshot.created.isoformat(),
            "through_seq": snapshot.through_seq,
            "method": snapshot.method,
            "code_version": snapshot.code_version,
        },
        "board": board,
        "models": snapshot.rows,
        "comparison": snapshot.comparison,
    }


@api.get("/boards", response={200: list[BoardOut], **ERRORS}, url_name="boards")
def boards(request: HttpRequest, response: HttpResponse) -> Any:
    """Return every board: all votes, languages, categories, own and bank prompts, imported sources."""
    rows = []
    for board in Board.objects.order_by("pk"):
        newest = latest(board.slug)
        rows.append(
            {
                "board": board.slug,
                "title": board.title,
                "filters": board.filters,
                "snapshot": newest.pk if newest else None,
                "votes": newest.votes if newest else 0,
            }
        )
    return unchanged(request, response, "-".join(str(row["snapshot"]) for row in rows)) or rows
