"""Addresses of the voter's pages."""

from django.urls import path

from arena.battles import me_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("instant", views.show_me, name="instant"),
    path("side-by-side/", views.named, {"mode": "named"}, name="named"),
    path("chat/", views.named, {"mode": "direct"}, name="direct"),
    path("battles/<uuid:uuid>/", views.battle, name="battle"),
    path("battles/<uuid:uuid>/ask", views.ask, name="ask"),
    path("battles/<uuid:uuid>/vote", views.vote, name="vote"),
    path("battles/<uuid:uuid>/undo", views.undo, name="undo"),
    path("battles/<uuid:uuid>/remark", views.remark, name="remark"),
    path("battles/<uuid:uuid>/share", views.share, name="share"),
    path("battles/<uuid:uuid>/stop", views.stop, name="stop"),
    path("battles/<uuid:uuid>/retry", views.retry, name="retry"),
    path("battles/<uuid:uuid>/leave", views.leave, name="leave"),
    path("battles/<uuid:uuid>/report/<str:side>", views.report, name="report"),
    path("shared/<uuid:token>/", views.shared, name="shared"),
    path("shared/<uuid:token>.png", views.shared_picture, name="shared_picture"),
    path("me/", me_views.me, name="me"),
    path("me/delete", me_views.delete, name="delete_me"),
]
