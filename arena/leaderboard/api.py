"""The public API, version 1."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema

from arena.leaderboard.services import latest
from arena.leaderboard.tables import no_votes

api = NinjaAPI(title="Arena", version="1", urls_namespace="api-1", docs_url="docs")


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
    weights: str
    status: str


class LeaderboardOut(Schema):
    """A board as published."""

    snapshot: SnapshotOut | None
    board: str
    models: list[ModelOut]
    comparison: ComparisonOut


@api.get("/leaderboard", response=LeaderboardOut, url_name="leaderboard")
def leaderboard(request: HttpRequest, response: HttpResponse) -> Any:
    """Return the current snapshot of the board of all votes."""
    snapshot = latest()
    response["Access-Control-Allow-Origin"] = "*"
    response["ETag"] = f'"{snapshot.pk if snapshot else 0}"'
    response["Cache-Control"] = "no-cache"
    if request.headers.get("If-None-Match") == response["ETag"]:
        return HttpResponse(status=304, headers={"ETag": response["ETag"]})
    if snapshot is None:
        return {"snapshot": None, "board": "all", "models": [], "comparison": no_votes()}
    return {
        "snapshot": {
            "id": snapshot.pk,
            "created": snapshot.created.isoformat(),
            "through_seq": snapshot.through_seq,
            "method": snapshot.method,
            "code_version": snapshot.code_version,
        },
        "board": "all",
        "models": snapshot.rows,
        "comparison": snapshot.comparison,
    }
