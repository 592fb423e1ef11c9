"""`/api/v1/`: the public record: snapshots, votes left out, files of votes."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from arena.leaderboard.api_errors import ERRORS
from arena.leaderboard.catalogue_api import Page
from arena.leaderboard.data_views import files_or_ask
from arena.leaderboard.fresh import readable
from arena.leaderboard.left_out import left_out
from arena.leaderboard.models import Snapshot
from arena.leaderboard.services import keep_linked

router = Router()


class SnapshotRow(Schema):
    """A published board of some moment."""

    id: int
    board: str
    created: str
    through_seq: int
    votes: int
    method: str
    code_version: str
    ledger_hash: str


class SnapshotsOut(Schema):
    """A page of snapshots, the newest first."""

    count: int
    items: list[SnapshotRow]


class SnapshotWhole(SnapshotRow):
    """A snapshot with its rows and its comparison, as published."""

    parameters: dict[str, Any]
    models: list[dict[str, Any]]
    comparison: dict[str, Any]


class FileOut(Schema):
    """A file of votes to take away."""

    address: str
    snapshot: int
    votes: int
    size: int
    sha256: str


@router.get("/snapshots", response={200: SnapshotsOut, **ERRORS}, url_name="snapshots")
def snapshots(request: HttpRequest, response: HttpResponse, page: Query[Page], board: str = "all") -> Any:
    """List a board's snapshots, the newest first."""
    readable(response)
    found = Snapshot.objects.filter(board__slug=board.replace("\0", "")).select_related("board")
    items = found.defer("pairs", "covariance", "rows")[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_snapshot(row) for row in items]}


@router.get("/snapshots/{pk}", response={200: SnapshotWhole, **ERRORS}, url_name="snapshot")
def snapshot(request: HttpRequest, response: HttpResponse, pk: Annotated[int, Field(ge=0, le=2**53)]) -> Any:
    """Return a snapshot as it was published."""
    readable(response)
    row = get_object_or_404(Snapshot.objects.select_related("board").defer("pairs", "covariance"), pk=pk)
    keep_linked(row)
    whole = {"parameters": row.parameters, "models": row.rows, "comparison": row.comparison}
    return _snapshot(row) | whole


class LeakShare(Schema):
    """Replies of voted battles, those that said who wrote them, and their share with its 95 % interval (Wilson)."""

    seen: int
    left_out: int
    share: float
    lower: float
    upper: float


class CountryLeaks(LeakShare):
    """Of the models of one country."""

    country: str


class ModelLeaks(CountryLeaks):
    """Of one model."""

    slug: str
    model: str


class LeaksOut(Schema):
    """Votes that stay out of the ranking since an answer said who wrote it or the question asked for it."""

    votes: int
    votes_left_out: int
    countries: list[CountryLeaks]
    models: list[ModelLeaks]


@router.get("/leaks", response={200: LeaksOut, **ERRORS}, url_name="leaks")
def leaks(request: HttpRequest, response: HttpResponse) -> Any:
    """Say how often which models' replies gave themselves away, by country and model."""
    readable(response)
    return left_out()


@router.get("/exports", response={200: list[FileOut], **ERRORS}, url_name="exports")
def files(request: HttpRequest, response: HttpResponse) -> Any:
    """List the files of votes with their digests; none before the first vote."""
    readable(response)
    found = files_or_ask()
    return [
        {
            "address": f"/data/votes.{kind}",
            "snapshot": file.snapshot,
            "votes": file.votes,
            "size": file.size,
            "sha256": file.digest,
        }
        for kind, file in found.items()
    ]


def _snapshot(row: Snapshot) -> dict[str, Any]:
    names = ("through_seq", "votes", "method", "code_version", "ledger_hash")
    plain = {name: getattr(row, name) for name in names}
    return plain | {"id": row.pk, "board": row.board.slug, "created": row.created.isoformat()}
