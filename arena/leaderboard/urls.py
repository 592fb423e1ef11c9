"""Addresses of the reader's pages."""

from django.urls import path

from arena.leaderboard import data_views, views
from arena.leaderboard.exports import KINDS
from arena.leaderboard.feeds import Snapshots

urlpatterns = [
    path("leaderboard/", views.leaderboard, name="leaderboard"),
    path("leaderboard/more/", views.leaderboard_more, name="leaderboard_more"),
    path("china-us/", views.china_us, name="china_us"),
    path("china-us/card/", views.china_us_card, name="china_us_card"),
    path("china-us/card.png", views.china_us_picture, name="china_us_picture"),
    path("leaderboard/card.png", views.leaderboard_picture, name="leaderboard_picture"),
    path("feed.atom", Snapshots(), name="feed"),
    path("china-us/checks/", views.china_us_checks, name="china_us_checks"),
    path("snapshots/<int:pk>/", views.snapshot, name="snapshot"),
    path("adoption/", views.adoption, name="adoption"),
    path("data/", data_views.data, name="data"),
    *(path(f"data/votes.{kind}", data_views.votes, {"kind": kind}, name=f"votes-{kind}") for kind in KINDS),
    path("models/", views.models, name="models"),
    path("models/<str:slug>/", views.model, name="model"),
    path("developers/<str:slug>/", views.developer, name="developer"),
    path("methods/", views.methods, name="methods"),
    path("terms/", views.terms, name="terms"),
]
