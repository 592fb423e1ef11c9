"""Addresses of the reader's pages."""

from django.urls import path

from arena.leaderboard import views

urlpatterns = [
    path("leaderboard/", views.leaderboard, name="leaderboard"),
    path("china-us/", views.china_us, name="china_us"),
    path("china-us/checks/", views.china_us_checks, name="china_us_checks"),
    path("models/", views.models, name="models"),
    path("models/<str:slug>/", views.model, name="model"),
    path("methods/", views.methods, name="methods"),
    path("terms/", views.terms, name="terms"),
]
