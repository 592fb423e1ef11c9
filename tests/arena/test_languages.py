"""English and Simplified Chinese: the cookie decides, else the browser."""

import pytest
from django.test import Client

from arena.languages import language_of

pytestmark = pytest.mark.django_db
COOKIE = "django_language"


def test_the_browser_chooses(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert '<html lang="zh-Hans">' in page.content.decode() and page["Content-Language"] == "zh-hans"
    assert "Accept-Language" in page["Vary"]
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "fr"}).content.decode()


def test_the_switch_wins_over_the_browser(client: Client) -> None:
    answer = client.post("/language", {"lang": "zh-hans", "next": "/leaderboard/?board=all"})
    assert answer.status_code == 302 and answer["Location"] == "/leaderboard/?board=all"
    assert '<html lang="zh-Hans">' in client.get("/", headers={"Accept-Language": "en"}).content.decode()
    client.post("/language", {"lang": "en"})
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "zh-CN"}).content.decode()


def test_the_switch_leads_nowhere_else(client: Client) -> None:
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert client.post("/language", {"lang": "en", "next": target})["Location"] == "/"
    assert COOKIE not in client.post("/language", {"lang": "xx"}).cookies
    assert client.get("/language").status_code == 405


def test_programs_are_answered_in_english(client: Client) -> None:
    answer = client.get("/api/v1/leaderboard", headers={"Accept-Language": "zh-CN"}).json()
    assert answer["comparison"]["sentence"].isascii()


def test_what_is_kept_is_kept_by_language() -> None:
    assert language_of("", "zh-CN") == "zh-hans"
    assert language_of(f"{COOKIE}=en", "zh-CN") == "en"
    assert language_of(f"a=b; {COOKIE}=zh-hans", "") == "zh-hans"
    assert language_of("\x00;;;=", "*;q=x") == "en"
    assert language_of("", "") == "en"
