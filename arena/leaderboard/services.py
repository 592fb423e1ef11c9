"""Counts to snapshots. A board is a sum of cells; a snapshot is one fit of it, stored when its counts changed."""

import json
import logging
import zlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.catalogue.models import Contestant
from arena.errors import NoBoard
from arena.leaderboard import boards, by_voter, imports, ledger, styled, tally
from arena.leaderboard.models import Board, Cell, Snapshot
from arena.version import VERSION
from ratings import Counts, Table, fit, groups
from ratings.errors import RatingsError
from ratings.rows import answer, measures, order

METHOD = "bradley-terry, ties half, sandwich"
LEVEL = 0.95
# A vote that just misses a refit waits for the next one and is published when that is done: both within a second.
REFIT_EVERY = timedelta(seconds=0.8)
REFIT_VOTES_EVERY = timedelta(minutes=1)  # over single votes: it takes longer with each
KEEP_ALL = timedelta(days=7)
log = logging.getLogger(__name__)


def refit_boards() -> float | None:
    """Count new votes, then refit every board of counts whose cells have changed, the longest waiting first.

    Returns:
        In how many seconds a board may be refitted that has changed but was refitted just before; None without one.
    """
    ledger.count_new()
    tally.count_closed()
    boards.ensure()
    waits = []
    for board in Board.objects.filter(kind=Board.Kind.COUNTS).order_by("lease_until", "pk"):
        ledger.count_new()  # what came while the boards before were fitted
        if boards.is_dirty(board) and not _refit_if_free(board):
            waits.append((board.lease_until - timezone.now()).total_seconds())
    return max(0.0, min(waits)) if waits else None


def refit_from_votes() -> None:
    """Refit the boards that need single votes, each at most once a minute; with many votes one takes a while."""
    boards.ensure_from_votes()
    for board in Board.objects.exclude(kind=Board.Kind.COUNTS).order_by("lease_until", "pk"):
        if boards.is_dirty(board):
            _refit_if_free(board)


def _refit_if_free(board: Board) -> bool:
    """Refit a board under its lease; False where it was refitted just before."""
    if not _lease(board):
        return False
    try:
        refit(board)
    except RatingsError:  # one board that can't be fitted must not hold up the others
        log.exception("the board %s could not be fitted; its last snapshot stays", board.slug)
    return True


def publish(slug: str) -> None:
    """Refit one board now, without waiting for its second, if its cells have changed."""
    boards.ensure()
    board = Board.objects.get(slug=slug)
    if boards.is_dirty(board):
        refit(board)


def latest(slug: str = "all") -> Snapshot | None:
    """Return a board's newest snapshot, None before its first vote.

    Raises:
        NoBoard: there is no such board.
    """
    # PostgreSQL takes no NUL in a text, not even to look for it
    if "\0" in slug or (slug != "all" and not Board.objects.filter(slug=slug).exists()):
        raise NoBoard(_("There is no board %(slug)r; /api/v1/boards and the leaderboard list them.") % {"slug": slug})
    newest = Snapshot.objects.filter(board__slug=slug).select_related("board")
    return newest.defer("pairs", "covariance").first()


def refit(board: Board) -> Snapshot:
    """Fit a board's counts as they are now and store the result; return the newest where they are what it has."""
    facts = boards.facts_turn()  # before the models are read: what changes in between brings another refit
    seq, running, contestants, counts = _as_of_one_moment(board)
    packed = zlib.compress(json.dumps(_pairs(counts)).encode())
    newest = board.snapshots.defer("covariance", "comparison").first()
    if newest is None or not _holds(newest, packed, contestants):
        newest = _fit_and_store(board, seq, running, contestants, counts, packed)
    Board.objects.filter(pk=board.pk).update(seen_seq=seq, seen_facts=facts)
    return newest


def _holds(snapshot: Snapshot, packed: bytes, contestants: Sequence[Contestant]) -> bool:
    """Whether a fit of these counts would only repeat the snapshot, as after a vote that was taken back at once."""
    from_counts = snapshot.board.kind == Board.Kind.COUNTS  # single votes may differ though they add up to the same
    if not from_counts or bytes(snapshot.pairs) != packed or snapshot.code_version != VERSION:
        return False
    published = {row["index"]: row for row in snapshot.rows}
    now = {i: facts_of(contestant) for i, contestant in enumerate(contestants)}
    return published.keys() == now.keys() and all(now[i].items() <= published[i].items() for i in now)


def _fit_and_store(
    board: Board, seq: int, running: str, contestants: list[Contestant], counts: Counts, packed: bytes
) -> Snapshot:
    table, method, more = fitted(board, seq, [contestant.pk for contestant in contestants], counts, LEVEL)
    return Snapshot.objects.create(
        board=board,
        through_seq=seq,
        ledger_hash=running,
        method=method,
        parameters={"ties": "half", "prior": None, "level": LEVEL, "filters": board.filters} | more,
        code_version=VERSION,
        votes=round(counts.votes),
        rows=rows_of(contestants, counts, table),
        comparison=comparison_of(contestants, counts, table),
        pairs=packed,
        covariance=zlib.compress(table.covariance.tobytes()),
    )


def _as_of_one_moment(board: Board) -> tuple[int, str, list[Contestant], Counts]:
    """Return a board's position and the counts as of it: read anew where votes were counted in between.

    Where votes come faster than a large board is read, none is counted for as long as that takes.
    """
    for _try in range(3):
        before = position(board)
        contestants, counts = board_counts(board)
        if position(board) == before:
            return *before, contestants, counts
    with transaction.atomic():
        ledger.hold()
        return *position(board), *board_counts(board)


def fitted(
    board: Board, seq: int, contestants: Sequence[int], counts: Counts, level: float
) -> tuple[Table, str, dict[str, Any]]:
    """Return a board's table from its counts or its votes up to a number, its method, and further parameters."""
    if board.kind == Board.Kind.STYLE:
        found = styled.fit(board, seq, contestants, level)
        return found.table, styled.METHOD, {"style": found.effects, "style_prior": styled.PRIOR}
    if board.kind == Board.Kind.VOTERS:
        by = by_voter.fit(board, seq, contestants, level)
        return by.table, by_voter.METHOD, {"voters": by.voters, "votes_without_voter": by.forgotten}
    return fit(counts, level=level), METHOD, {}


def position(board: Board) -> tuple[int, str]:
    """Return the number of the last vote of the board's source, and the digest of all up to it."""
    source = boards.source_of(board)
    return ledger.position() if source == boards.OURS else imports.position(source)


def thin_snapshots() -> int:
    """Delete snapshots older than a week that nobody linked, but for the last of each board and day; say how many."""
    old = Snapshot.objects.filter(created__lt=timezone.now() - KEEP_ALL)
    last = old.values("board", day=TruncDate("created")).annotate(last=Max("pk")).values_list("last", flat=True)
    return old.exclude(pk__in=list(last)).exclude(linked=True).delete()[0]


def keep_linked(*snapshots: Snapshot) -> None:
    """Keep snapshots for good whose own address somebody has met, and may have passed on."""
    if fresh := [snapshot.pk for snapshot in snapshots if not snapshot.linked]:  # readers come often, the news is once
        Snapshot.objects.filter(pk__in=fresh).update(linked=True)


def board_counts(board: Board) -> tuple[list[Contestant], Counts]:
    """Sum the board's cells into counts; the contestants give rows and columns their meaning."""
    cells = _summed(boards.cells(board))
    ids = sorted({row[0] for row in cells} | {row[1] for row in cells})
    place = {contestant: index for index, contestant in enumerate(ids)}
    counts = _counts(((place[low], place[high], *columns) for low, high, *columns in cells), len(ids))
    found = Contestant.objects.select_related("model__developer").in_bulk(ids)
    return [found[contestant] for contestant in ids], counts


def _summed(cells: QuerySet[Cell]) -> list[tuple[int, ...]]:
    """Return low, high and the sums of the counts of each pair."""
    return list(cells.values_list("low", "high").annotate(*(Sum(name) for name in Cell.COUNTS)))


def counts_of_part(snapshot: Snapshot, part: dict[str, str]) -> Counts:
    """Return the counts of part of a board's cells as they are now, by the `index` of a snapshot's rows.

    Args:
        snapshot: models that came after it are left out.
        part: column of `Cell` -> value, beside the board's own filters.
    """
    summed = _summed(boards.cells(snapshot.board).filter(**part))
    rows = {(row["slug"], row["weights"]): row["index"] for row in snapshot.rows}
    names = ("pk", "model__slug", "weights_digest")
    place = {
        pk: rows.get((slug, weights[:12]))
        for pk, slug, weights in Contestant.objects.filter(model__slug__in={slug for slug, _ in rows}).values_list(
            *names
        )
    }
    known = ((place.get(low), place.get(high), columns) for low, high, *columns in summed)
    return _counts(((i, j, *columns) for i, j, columns in known if i is not None and j is not None), len(rows))


def published_counts(snapshot: Snapshot) -> Counts:
    """Return the counts that a snapshot was fitted to, by its rows' `index`."""
    return _counts(pairs(snapshot), len(snapshot.rows))


def rows_of(contestants: Sequence[Contestant], counts: Counts, table: Table) -> list[dict[str, Any]]:
    """Return a snapshot's rows, the best first, unranked ones last; NaN becomes null."""
    measured = tally.measured(contestant.pk for contestant in contestants)
    rows = [
        _row(i, contestant, counts, table) | measured.get(contestant.pk, {}) for i, contestant in enumerate(contestants)
    ]
    return sorted(rows, key=order)


def comparison_of(contestants: Sequence[Contestant], counts: Counts, table: Table) -> dict[str, Any]:
    """Return Chinese against American models, these very models."""
    result = groups.fixed(
        counts,
        table,
        [str(contestant.model.developer.country) for contestant in contestants],
        first="CN",
        second="US",
        names=("Chinese", "American"),
        enough=settings.VOTES_FOR_VERDICT,
    )
    return answer(result)


def pairs(snapshot: Snapshot) -> list[list[int]]:
    """Return a snapshot's pair counts: [i, j, wins_i, wins_j, ties, both_bad], i and j being rows' `index`."""
    return json.loads(zlib.decompress(snapshot.pairs))  # type: ignore[no-any-return]


def facts_of(contestant: Contestant) -> dict[str, Any]:
    """Return what a row says of a contestant beside numbers, as it is known now."""
    model = contestant.model
    return {
        "model": model.name,
        "slug": model.slug,
        "weights": contestant.weights_digest[:12],
        "country": str(model.developer.country),
        "country_name": model.developer.country.name or "unknown",
        "base_country": str(model.base_country),
        "openness": model.openness,
        "developer": model.developer.name,
        "licence": model.licence,
        "permissive": model.permissive,
        "total_params_b": model.total_params_b,
        "active_params_b": model.active_params_b,
    }


def _row(i: int, contestant: Contestant, counts: Counts, table: Table) -> dict[str, Any]:
    wins, losses = float(counts.wins[i].sum()), float(counts.wins[:, i].sum())
    ties, both_bad = float(counts.ties[i].sum()), float(counts.both_bad[i].sum())
    votes = wins + losses + ties
    return {
        "index": i,
        **facts_of(contestant),
        **measures(table, i),
        "votes": round(votes),
        "battles": round(votes + both_bad),
        "both_bad": round(both_bad),
        "win_rate": (wins + ties / 2) / votes if votes else None,
    }


def _counts(rows: Iterable[Sequence[int]], m: int) -> Counts:
    """Return rows of i, j, wins_i, wins_j, ties, both_bad as counts of m models."""
    wins, even, bad = (np.zeros((m, m)) for _ in range(3))
    for i, j, wins_i, wins_j, ties, both_bad in rows:
        wins[i, j], wins[j, i] = wins_i, wins_j
        even[i, j] = even[j, i] = ties
        bad[i, j] = bad[j, i] = both_bad
    return Counts(wins, even, bad)


def _pairs(counts: Counts) -> list[list[int]]:
    met = np.triu(counts.games + counts.both_bad) > 0
    i, j = np.nonzero(met)
    columns = [table[i, j] for table in (counts.wins, counts.wins.T, counts.ties, counts.both_bad)]
    return np.rint(np.column_stack([i, j, *columns])).astype(int).tolist()  # type: ignore[no-any-return]


def _lease(board: Board) -> bool:
    """Take the board's lease: a clean board at once, else at the next second."""
    now = timezone.now()
    free = Board.objects.filter(pk=board.pk, lease_until__lte=now)
    return bool(free.update(lease_until=now + (REFIT_EVERY if board.kind == Board.Kind.COUNTS else REFIT_VOTES_EVERY)))
