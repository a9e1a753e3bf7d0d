"""The addresses of messages, flows and sessions in the API."""

from rest_framework.routers import SimpleRouter

from conversations.api.views import Flows, Messages, Sessions

router = SimpleRouter()
router.register("messages", Messages, basename="message")
router.register("flows", Flows, basename="flow")
router.register("sessions", Sessions, basename="session")
urlpatterns = router.urls
