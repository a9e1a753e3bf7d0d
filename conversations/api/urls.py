"""The addresses of messages, flows, topics and sessions in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from conversations.api.preferences import MemberPreferences, Topics
from conversations.api.views import Flows, Messages, Sessions

router = SimpleRouter()
router.register("messages", Messages, basename="message")
router.register("flows", Flows, basename="flow")
router.register("topics", Topics, basename="topic")
router.register("sessions", Sessions, basename="session")
urlpatterns = [
    path("members/<int:pk>/preferences/", MemberPreferences.as_view(), name="member-preferences"),
    *router.urls,
]
