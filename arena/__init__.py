"""The site: a Django project whose domain folders are its apps."""

from arena.celery import app as celery_app

__all__ = ["celery_app"]
