"""A rehearsal over REST: the messages of a campaign or a series in the days to come.

A worker goes through the days. The client gets the rehearsal's address, and reads its progress and its result there.
"""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_fields import StrictSerializer
from scheduling import services
from scheduling.models import RehearsalRun


class RehearsalQuerySerializer(StrictSerializer):
    """Who takes part, and which days; without a department, a segment and members all of the company."""

    since = serializers.DateField(required=False, help_text="The first day; today without it.")
    days = serializers.IntegerField(
        required=False, default=services.USUAL_DAYS, min_value=1, max_value=services.MOST_DAYS, help_text="How many."
    )
    department = serializers.IntegerField(required=False, min_value=1, help_text="Number; with those below it.")
    segment = serializers.IntegerField(required=False, min_value=1)
    members = serializers.CharField(required=False, max_length=2_000, help_text="User IDs, with commas between them.")
    leavers = serializers.CharField(
        required=False,
        max_length=2_000,
        default="",
        help_text="Members who leave, with their last day: zhangsan=2026-12-24,lisi=2026-12-31.",
    )
    joiners = serializers.CharField(
        required=False,
        max_length=2_000,
        default="",
        help_text="Of a series that begins with an event: for whom it comes, each with the day, as with `leavers`.",
    )
    others = serializers.BooleanField(
        required=False, default=True, help_text="With everything else that is scheduled, which counts for the caps."
    )


class OccasionSerializer(serializers.Serializer[services.Occasion]):
    """One message, or why there is none."""

    at = serializers.DateTimeField()
    campaign = serializers.IntegerField()
    name = serializers.CharField(help_text="Of the campaign; of a series with its day.")
    status = serializers.CharField(help_text="A status of deliveries; `planned` if it still waits at the end.")
    reason = serializers.CharField(help_text="Why the member does not get it; empty for those who do.")
    language = serializers.CharField()
    variant = serializers.CharField()
    words = serializers.CharField(help_text="With personal facts masked; only of what is rehearsed.")


class RehearsalTimelineSerializer(serializers.Serializer[services.Timeline]):
    """The messages that a member would get and not get, in the order of time."""

    user_id = serializers.CharField(source="member.user_id")
    last_day = serializers.DateField(allow_null=True, help_text="Of a member who leaves meanwhile.")
    occasions = OccasionSerializer(many=True)


class RehearsalDaySerializer(serializers.Serializer[services.Day]):
    """The figures of a day."""

    date = serializers.DateField()
    sent = serializers.IntegerField()
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="By the reason in words.")


class DroppedMomentSerializer(serializers.Serializer[services.Dropped]):
    """A moment without recipients."""

    at = serializers.DateTimeField()
    name = serializers.CharField()
    why = serializers.CharField()


class RehearsalDoubtSerializer(serializers.Serializer[services.RehearsalDoubt]):
    """The moment from which a campaign or series counts working days that are not known."""

    at = serializers.DateTimeField()
    name = serializers.CharField()
    year = serializers.IntegerField()
    stops = serializers.BooleanField(help_text="Whether nothing goes out from then on; else Monday to Friday count.")
    words = serializers.CharField(help_text="What that means and what to do.")


class RehearsalSerializer(serializers.Serializer[services.Rehearsal]):
    """The result of a rehearsal."""

    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField()
    members = serializers.IntegerField(help_text="How many took part.")
    sent = serializers.IntegerField(help_text="How many messages would go out.")
    days = RehearsalDaySerializer(many=True)
    dropped = DroppedMomentSerializer(many=True)
    days_unknown = RehearsalDoubtSerializer(many=True, help_text="What counts days that nobody knows; empty if none.")
    timelines = RehearsalTimelineSerializer(many=True)


class RehearsalProblemSerializer(serializers.Serializer[dict[str, str]]):
    """The reason why a rehearsal failed, and the remedy."""

    code = serializers.CharField()
    field = serializers.CharField(help_text="The name of the field that is wrong; empty if none is.")
    detail = serializers.CharField()
    remedy = serializers.CharField()


class RehearsalRunSerializer(serializers.ModelSerializer[RehearsalRun]):
    """A rehearsal that was asked for."""

    result = serializers.SerializerMethodField(help_text="What would happen, once it is done.")
    error = RehearsalProblemSerializer(allow_null=True, help_text="Of one that failed.")

    class Meta:
        model = RehearsalRun
        fields = ("id", "status", "reason", "percent", "created_at", "finished_at", "error", "result")

    @extend_schema_field(RehearsalSerializer(allow_null=True))
    def get_result(self, run: RehearsalRun) -> Any:
        return RehearsalSerializer(services.read_rehearsal(run.result)).data if run.result else None


class Rehearsals(viewsets.GenericViewSet[Any]):
    """For rows that can be rehearsed."""

    @extend_schema(
        summary="Rehearse a campaign or a series while you wait",
        parameters=[RehearsalQuerySerializer],
        responses=RehearsalSerializer,
        filters=False,
        deprecated=True,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def rehearsal(self, request: Request, pk: str) -> Response:
        """The messages that each member would get in the days to come, and the reasons for missing ones. Sends nothing
        and keeps nothing.

        Goes with the next release: `POST` queues a rehearsal, and answers at once.
        """
        rehearsed = services.rehearse(self.get_object(), **_wish(request.query_params))
        return Response(RehearsalSerializer(rehearsed).data, headers={"Deprecation": "true"})

    @extend_schema(
        summary="Rehearse a campaign or a series",
        request=RehearsalQuerySerializer,
        responses={202: RehearsalRunSerializer},
    )
    @rehearsal.mapping.post
    def request_rehearsal(self, request: Request, pk: str) -> Response:
        """Queues it. `Location` is where its progress and its result are read, for some days.

        An earlier one of the same campaign or series that you still wait for is cancelled.
        """
        subject = self.get_object()
        run = services.request_rehearsal(subject, asked_by=_asker(request), **_wish(request.data))
        name = f"{self.basename}-read-rehearsal"
        location = reverse(name, args=[subject.pk, run.pk], request=request)
        return Response(RehearsalRunSerializer(run).data, status=202, headers={"Location": location})

    @extend_schema(summary="Get a rehearsal", responses=RehearsalRunSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path=r"rehearsal/(?P<run>[0-9]{1,18})", pagination_class=None)
    def read_rehearsal(self, request: Request, pk: str, run: str) -> Response:
        """The progress of a rehearsal that you asked for, and its result."""
        rows = services.rehearsals_of(self.get_object(), asked_by=_asker(request))
        return Response(RehearsalRunSerializer(get_object_or_404(rows, pk=run)).data)


def _wish(data: Any) -> dict[str, Any]:
    """The requested rehearsal, as arguments of `rehearse`."""
    query = RehearsalQuerySerializer(data=data)
    query.is_valid(raise_exception=True)
    asked = query.validated_data
    chosen = {
        "departments": [{"number": asked["department"]}] if "department" in asked else [],
        "segments": [asked["segment"]] if "segment" in asked else [],
        "members": [member.strip() for member in asked.get("members", "").split(",") if member.strip()],
    }
    return {
        "cohort": {name: value for name, value in chosen.items() if value} or None,
        "since": asked.get("since"),
        "days": asked["days"],
        "others": asked["others"],
        "leavers": services.read_member_days(asked["leavers"], field="leavers"),
        "joiners": services.read_member_days(asked["joiners"], field="joiners"),
    }


def _asker(request: Request) -> str:
    return services.asker_of(request.user)
