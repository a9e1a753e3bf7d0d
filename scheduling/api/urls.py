"""The addresses of schedules and their runs in the API."""

from rest_framework.routers import SimpleRouter

from scheduling.api.segments import Audiences, Segments
from scheduling.api.views import Runs, Schedules

router = SimpleRouter()
router.register("schedules", Schedules, basename="schedule")
router.register("schedule-runs", Runs, basename="schedule-run")
router.register("segments", Segments, basename="segment")
router.register("audience", Audiences, basename="audience")
urlpatterns = router.urls
