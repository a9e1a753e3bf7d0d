"""The addresses of the calendar, among the admin's own pages."""

from django.contrib import admin
from django.urls import path

from scheduling.admin.agenda import calendar_page

urlpatterns = [
    path("", admin.site.admin_view(calendar_page.calendar_view), name="calendar"),
    path("move/", admin.site.admin_view(calendar_page.move_view), name="calendar-move"),
]
