"""URLs of incidents in the API."""

from rest_framework.routers import SimpleRouter

from openuser.incidents.views import Incidents

router = SimpleRouter()
router.register("incidents", Incidents, basename="incident")
urlpatterns = router.urls
