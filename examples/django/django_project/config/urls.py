"""Which view answers which path."""

from django.urls import path

from books import views

urlpatterns = [
    path("", views.reading_list, name="reading-list"),
    path("books/<int:number>/read", views.mark_read, name="mark-read"),
    path("books/<int:number>/unread", views.mark_unread, name="mark-unread"),
    path("books/<int:number>/delete", views.delete, name="delete"),
]
