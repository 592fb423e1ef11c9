"""The notes in VAR after a machine went down while they were written."""

from pathlib import Path

import pytest

from workers.supervisor import place


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path):
    first = place.secret(tmp_path)
    assert len(first) > 40
    assert place.secret(tmp_path) == first
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_secret_that_another_process_made_meanwhile_is_the_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def other_was_faster(number: int) -> str:
        (tmp_path / "secret").write_text("theirs")
        return "mine"

    monkeypatch.setattr(place.secrets, "token_urlsafe", other_was_faster)
    assert place.secret(tmp_path) == "theirs"


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuses(*paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(place.os, "link", refuses)
    assert place.secret(tmp_path) == place.secret(tmp_path) != ""
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_an_empty_secret_is_made_anew(tmp_path: Path):
    (tmp_path / "secret").touch()
    assert len(place.secret(tmp_path)) > 40


@pytest.mark.parametrize("cut", ["", '{"bro', "[12,"])
def test_a_cut_note_says_nothing(tmp_path: Path, cut: str):
    (tmp_path / "ports.json").write_text(cut)
    (tmp_path / place.CHILDREN).write_text(cut)
    place.clear_orphans(tmp_path)
    number = place.port(tmp_path, "broker")
    assert place.port(tmp_path, "broker") == number > 0
    assert f":{number}/0" in place.broker_url(tmp_path)
