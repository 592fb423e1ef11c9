"""`python -m workers.probe`: look at every host once. The supervisor does so before the site opens."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arena.settings")
django.setup()

from workers.hosts import probe_all  # noqa: E402  (needs the apps to be loaded)

if __name__ == "__main__":
    probe_all()
