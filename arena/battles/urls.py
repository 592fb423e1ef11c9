"""Addresses of the voter's pages."""

from django.urls import path

from arena.battles import views

urlpatterns = [
    path("", views.home, name="home"),
    path("battles/<uuid:uuid>/", views.battle, name="battle"),
    path("battles/<uuid:uuid>/ask", views.ask, name="ask"),
    path("battles/<uuid:uuid>/vote", views.vote, name="vote"),
    path("battles/<uuid:uuid>/stop", views.stop, name="stop"),
    path("battles/<uuid:uuid>/retry", views.retry, name="retry"),
    path("battles/<uuid:uuid>/leave", views.leave, name="leave"),
    path("battles/<uuid:uuid>/report/<str:side>", views.report, name="report"),
]
