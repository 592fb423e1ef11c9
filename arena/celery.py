"""The Celery application. It lives here so that the site can enqueue; the tasks live in `workers`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arena.settings")

app = Celery("arena", include=["workers.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    "sweep": {"task": "workers.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "refit": {"task": "workers.refit", "schedule": 1.0, "options": {"expires": 1}},
    "refit-from-votes": {"task": "workers.refit_from_votes", "schedule": 10.0, "options": {"expires": 10}},
    "export": {"task": "workers.export", "schedule": 30.0, "options": {"expires": 30}},
    "fill": {"task": "workers.fill_buffer", "schedule": 10.0, "options": {"expires": 10}},
    "purge": {"task": "workers.purge", "schedule": 24 * 3600.0},
    "thin": {"task": "workers.thin_snapshots", "schedule": 6 * 3600.0},
    "probe": {"task": "workers.probe_hosts", "schedule": 30.0, "options": {"expires": 30}},
}
