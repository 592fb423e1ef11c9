"""The votes as files: whole, in the public arenas' names, and enough to get the snapshot's numbers again."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.test import AsyncClient, Client

from arena import queue
from arena.battles.models import Uncounted, Void, Vote, Voter
from arena.catalogue.models import Deployment
from arena.leaderboard import exports, services
from arena.leaderboard.models import Cell, Snapshot
from tests.arena.test_boards import refit as refit_all
from tests.arena.test_leaderboard import cast

Pair = tuple[Deployment, Deployment]
NAMES = [
    "question_id",
    "model_a",
    "model_b",
    "winner",
    "judge",
    "conversation_a",
    "conversation_b",
    "turn",
    "language",
    "tstamp",
]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "folder", lambda: tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What workers were asked to do; none does it."""
    names: list[str] = []
    monkeypatch.setattr(queue, "_send", lambda name, *rest: names.append(name))
    return names


@pytest.fixture
def voted(pair: Pair, alice: Voter, asked: list[str]) -> Snapshot:
    """Seven votes that count, one taken back, one that named its model."""
    cast(alice, pair[0], 4)
    cast(alice, pair[1], 2)
    cast(alice, None)
    cast(alice, pair[1], 2)
    last, before = Vote.objects.order_by("-pk")[:2]
    Vote.objects.filter(pk=last.pk).update(leak=True)
    Void.objects.create(vote=before)
    Uncounted.objects.create(vote=before, sign=-1)
    asked.clear()
    return refit()


def refit() -> Snapshot:
    refit_all()
    newest = services.latest()
    assert newest is not None
    return newest


async def body(response: object) -> bytes:
    return b"".join([chunk async for chunk in response.streaming_content])  # type: ignore[attr-defined]


async def fetch(kind: str) -> tuple[object, bytes]:
    response = await AsyncClient().get(f"/data/votes.{kind}")
    assert response.status_code == 200
    return response, await body(response)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", exports.KINDS)
def test_a_file_gives_the_snapshots_numbers(voted: Snapshot, kind: str, tmp_path: Path):
    """`python -m ratings` on the exported file, and every number of the leaderboard to nine digits."""
    exports.renew()
    response, data = async_to_sync(fetch)(kind)
    assert int(response["Content-Length"]) == len(data)
    assert response["ETag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    path = tmp_path / f"taken.{kind}"
    path.write_bytes(data)
    output = subprocess.check_output([sys.executable, "-m", "ratings", str(path), "--format", "json"])
    again = {row["model"]: row for row in json.loads(output)["models"]}
    assert len(again) == 2
    for row in voted.rows:
        for name in ("rating", "lower", "upper", "lower_all", "upper_all", "rank_low", "rank_high", "votes", "status"):
            assert again[row["model"]][name] == pytest.approx(row[name], abs=1e-9), name


def test_columns_and_rows(voted: Snapshot):
    export = exports.renew()["csv"]
    rows = list(csv.DictReader(io.StringIO(export.path.read_text())))
    assert list(rows[0])[:10] == NAMES
    assert len(rows) == export.votes == 7
    assert sum(row["winner"] == "tie" for row in rows) == 1
    assert {row["winner"] for row in rows} <= {"model_a", "model_b", "tie"}  # sides are drawn by chance
    assert {row["conversation_a"] for row in rows} == {""}
    assert len({row["judge"] for row in rows}) == 1
    assert [int(row["seq"]) for row in rows] == sorted(int(row["seq"]) for row in rows)
    parquet = exports.renew()["parquet"]
    assert pyarrow.parquet.read_table(parquet.path).num_rows == 7


def test_nobody_can_be_traced(voted: Snapshot, alice: Voter):
    export = exports.renew()["jsonl"]
    text = export.path.read_text()
    assert alice.key not in text
    assert "Why?" not in text
    assert json.loads(text.splitlines()[0])["judge"].startswith("voter_")


def test_two_weights_of_one_model_have_two_names(pair: Pair, voted: Snapshot, alice: Voter):
    from arena.catalogue.models import Contestant

    new = Contestant.objects.create(model=pair[0].model, weights_digest="f" * 64)
    Deployment.objects.filter(pk=pair[0].pk).update(contestant=new)
    cast(alice, None)
    refit()
    export = exports.renew()["csv"]
    rows = list(csv.DictReader(io.StringIO(export.path.read_text())))
    names = {row[side] for row in rows for side in ("model_a", "model_b")}
    assert "Kappachi (ffffffff)" in names
    assert len(names) == 3


def test_a_file_is_kept_for_a_while_and_then_made_anew(voted: Snapshot, alice: Voter, monkeypatch: pytest.MonkeyPatch):
    first = exports.renew()["csv"]
    cast(alice, None)
    newest = refit()
    assert exports.renew()["csv"] == first
    monkeypatch.setattr(exports, "KEEP_SECONDS", 0)
    monkeypatch.setattr(exports, "REST", 0)
    second = exports.renew()["csv"]
    assert (second.snapshot, second.votes) == (newest.pk, 8)
    assert not first.path.exists()


@pytest.mark.django_db(transaction=True)
def test_until_a_worker_has_made_the_files_they_are_promised(voted: Snapshot, client: Client, asked: list[str]):
    response = async_to_sync(AsyncClient().get)("/data/votes.csv")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "is being made" in client.get("/data/").content.decode()
    assert client.get("/api/v1/exports").json() == []
    assert asked == [queue.EXPORT] * 3


def test_two_workers_do_not_make_the_same_files(voted: Snapshot):
    with exports._alone() as alone:
        assert alone
        assert exports.renew() == {}
    assert set(exports.renew()) == set(exports.KINDS)


def test_what_a_killed_worker_left_goes_with_the_next_set(voted: Snapshot, tmp_path: Path):
    (tmp_path / "part-x").mkdir()
    (tmp_path / "votes-1.csv").write_text("of an older version")
    exports.renew()
    assert {path.name[:4] for path in tmp_path.iterdir()} == {"lock", "set-"}


def test_the_card(voted: Snapshot, client: Client):
    export = exports.renew()["parquet"]
    page = client.get("/data/").content.decode()
    assert export.digest in page
    assert "python -m ratings votes.csv" in page


def test_before_the_first_vote(db, client: Client):
    assert "nobody has voted" in client.get("/data/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_before_the_first_vote_there_is_no_file():
    assert async_to_sync(AsyncClient().get)("/data/votes.csv").status_code == 404
    assert async_to_sync(AsyncClient().post)("/data/votes.csv").status_code == 405


def verified(snapshot: Snapshot) -> str:
    out = io.StringIO()
    call_command("verify_snapshot", str(snapshot.pk), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_snapshot_holds(voted: Snapshot):
    for snapshot in Snapshot.objects.all():
        assert f"snapshot {snapshot.pk} holds: 7 votes, recomputed from its votes" in verified(snapshot)


def test_an_imported_board_holds_by_its_counts(db):
    call_command("simulate_arena", models=8, votes=2000, stdout=io.StringIO())
    assert "recomputed from its counts" in verified(Snapshot.objects.get())


def test_a_changed_vote_is_found(voted: Snapshot):
    Vote.objects.filter(pk=Vote.objects.earliest("pk").pk).update(outcome="both_bad")
    with pytest.raises(CommandError, match="does not hold"):
        verified(voted)


def test_a_changed_number_is_found(voted: Snapshot):
    voted.rows[0]["rating"] += 0.01
    voted.save()
    with pytest.raises(CommandError, match="1 differences"):
        verified(voted)


def test_an_unknown_snapshot(db):
    with pytest.raises(CommandError, match="no snapshot 77"):
        call_command("verify_snapshot", "77")


def test_a_snapshot_has_a_page_for_good(voted: Snapshot, alice: Voter, client: Client):
    cast(alice, None, 3)
    newer = refit()
    page = client.get(f"/snapshots/{voted.pk}/").content.decode()
    assert voted.ledger_hash in page
    assert "hx-get" not in page
    assert f'href="/snapshots/{voted.pk}/?' in page  # sorting stays on the snapshot
    compared = client.get(f"/snapshots/{newer.pk}/?with={voted.pk}").content.decode()
    assert f"From snapshot {voted.pk} to {newer.pk}" in compared
    assert client.get(f"/snapshots/{newer.pk}/?with=99999").status_code == 404
    assert client.get(f"/snapshots/{newer.pk}/?with=x").status_code == 404
    assert client.get("/snapshots/99999/").status_code == 404


def test_who_entered_and_who_left_is_named(voted: Snapshot):
    from arena.leaderboard.snapshots import changes

    older = Snapshot.objects.get(pk=voted.pk)
    older.rows = older.rows[:1]
    assert {row["what"] for row in changes(older, voted)} == {"", "entered"}
    assert {row["what"] for row in changes(voted, older)} == {"", "left"}
    assert Cell.objects.exists()
