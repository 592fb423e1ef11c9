"""Which model server a start uses, and what an administrator said of it."""

import pytest

from arena.catalogue.models import Host
from arena.management.commands.prepare import note_host

OLLAMA, ENGINE, NEXT = "http://127.0.0.1:11434", "http://127.0.0.1:5001", "http://127.0.0.1:5002"
pytestmark = pytest.mark.django_db


def own() -> Host:
    return Host.objects.get(embedded=True)


def test_the_embedded_engine_is_off_while_an_ollama_serves():
    note_host(ENGINE, embedded=True)
    assert (own().url, own().enabled) == (ENGINE, True)
    note_host(OLLAMA, embedded=False)
    assert (own().enabled, own().problem) == (False, Host.NOT_STARTED)
    assert Host.objects.get(url=OLLAMA).enabled
    note_host(NEXT, embedded=True)
    assert (own().url, own().enabled, own().problem) == (NEXT, True, "")
    assert Host.objects.count() == 2


def test_a_host_that_an_administrator_switched_off_stays_off():
    for url, embedded in ((ENGINE, True), (OLLAMA, False)):
        host = note_host(url, embedded)
        host.enabled = False
        host.save()
    Host.objects.filter(embedded=True).update(problem="")
    note_host(NEXT, embedded=True)
    note_host(OLLAMA, embedded=False)
    note_host(NEXT, embedded=True)
    assert not Host.objects.filter(enabled=True).exists()
    assert own().url == NEXT
