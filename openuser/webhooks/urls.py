"""URLs of webhooks in the API."""

from rest_framework.routers import SimpleRouter

from openuser.webhooks.views import WebhookDeliveries, WebhookEndpoints

router = SimpleRouter()
router.register("webhook-endpoints", WebhookEndpoints, basename="webhook-endpoint")
router.register("webhook-deliveries", WebhookDeliveries, basename="webhook-delivery")
urlpatterns = router.urls
