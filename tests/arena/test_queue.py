"""Every task that the site names is registered by the workers."""

from arena import queue
from arena.celery import app


def test_every_name_is_a_registered_task():
    assert set(queue.NAMES) <= set(app.tasks)


def test_the_timetable_names_registered_tasks():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_every_registered_task_of_ours_has_a_name_here():
    assert {name for name in app.tasks if name.startswith("workers.")} == set(queue.NAMES)
