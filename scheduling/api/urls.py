"""The addresses of campaigns, series and audiences in the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from scheduling.api.agenda import CalendarView
from scheduling.api.calendar.working_days import WorkingDayImports, WorkingDaysView
from scheduling.api.campaigns import CampaignRuns, Campaigns, Deliveries
from scheduling.api.lists import AudienceLists
from scheduling.api.schedules import Runs, Schedules
from scheduling.api.segments import Audiences, Segments
from scheduling.api.series import Enrolments, SeriesView

router = SimpleRouter()
router.register("campaigns", Campaigns, basename="campaign")
router.register("campaign-runs", CampaignRuns, basename="campaign-run")
router.register("deliveries", Deliveries, basename="delivery")
router.register("schedules", Schedules, basename="schedule")
router.register("schedule-runs", Runs, basename="schedule-run")
router.register("series", SeriesView, basename="series")
router.register("series-members", Enrolments, basename="series-member")
router.register("segments", Segments, basename="segment")
router.register("audience-lists", AudienceLists, basename="audience-list")
router.register("working-day-imports", WorkingDayImports, basename="working-day-import")
router.register("audience", Audiences, basename="audience")
urlpatterns = [
    path("calendar/", CalendarView.as_view(), name="agenda"),
    path("working-days/", WorkingDaysView.as_view(), name="working-days"),
    *router.urls,
]
