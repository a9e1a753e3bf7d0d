"""The calendar of everything that goes out, over REST."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.api_fields import ChoiceField, StrictSerializer
from scheduling import services
from scheduling.agenda.agenda_entries import Agenda, Conflict, Day, Entry, Kind, Load, State
from scheduling.models import Campaign

READ = "campaigns:read"
MOST_DAYS, USUAL_DAYS = 92, 31
CHOSEN = ("kind", "state", "message_class", "application", "digital_human")
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)


class CalendarQuerySerializer(StrictSerializer):
    """Which days, and which of their entries."""

    to = serializers.DateField(
        required=False, help_text=f"The last day, {USUAL_DAYS - 1} days later by default; at most {MOST_DAYS} days."
    )
    kind = ChoiceField(choices=Kind.choices, required=False)
    state = ChoiceField(choices=State.choices, required=False)
    message_class = ChoiceField(choices=Campaign.MessageClass.choices, required=False)
    application = serializers.IntegerField(min_value=1, required=False)
    digital_human = serializers.IntegerField(min_value=1, required=False)
    q = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="In a name or in the words.")

    def get_fields(self) -> dict[str, Any]:
        # `from` is a keyword of Python.
        first = serializers.DateField(required=False, help_text="The first day, by default today.")
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("from", timezone.localdate())
        attrs.setdefault("to", min(attrs["from"], LATEST - timedelta(USUAL_DAYS)) + timedelta(days=USUAL_DAYS - 1))
        if not EARLIEST <= attrs["from"] <= attrs["to"] <= LATEST:
            raise serializers.ValidationError({"to": f"It lies between `from` and {LATEST}."})
        if (attrs["to"] - attrs["from"]).days >= MOST_DAYS:
            raise serializers.ValidationError({"to": f"Ask for at most {MOST_DAYS} days."})
        return attrs


class ConflictSerializer(serializers.Serializer[Conflict]):
    """A conflict of an entry."""

    code = serializers.CharField(
        help_text="`same_minute`, `daily_cap`, `weekly_cap`, `quiet_hours`, `send_window`, `day_off` or `passed`."
    )
    message = serializers.CharField(source="words")
    grave = serializers.BooleanField(help_text="Whether it changes when or whether it goes out.")


class CalendarEntrySerializer(serializers.Serializer[Entry]):
    """A moment of a campaign; of one that comes often on a day, all of that day."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    campaign = serializers.IntegerField(source="key", read_only=True, allow_null=True, help_text="Its campaign.")
    schedule = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Its number in `schedules/`, if it was made from a schedule."
    )
    run = serializers.IntegerField(allow_null=True, help_text="The run that it became.")
    name = serializers.CharField()
    at = serializers.DateTimeField(help_text="Of several on a day the first.")
    times = serializers.IntegerField(help_text="How often on the day.")
    last = serializers.DateTimeField(allow_null=True, help_text="Of several on a day the last.")
    state = serializers.ChoiceField(choices=State.choices)
    note = serializers.CharField(help_text="What became of it, in words.")
    application = serializers.IntegerField(allow_null=True)
    message_class = serializers.CharField()
    members = serializers.IntegerField(allow_null=True, help_text="About how many; null where not counted yet.")
    conflicts = ConflictSerializer(many=True)


class CalendarLoadSerializer(serializers.Serializer[Load]):
    """How much an application sends on a day."""

    application = serializers.IntegerField()
    recipients = serializers.IntegerField()
    calls = serializers.IntegerField()
    limit = serializers.IntegerField(help_text="Recipients that WeChat Work allows a day; 0 where it is not known.")


class CalendarDaySerializer(serializers.Serializer[Day]):
    """A day of the calendar."""

    date = serializers.DateField()
    works = serializers.BooleanField(
        help_text="Whether the company works, make-up days included; what its weekday says if it is not `known`."
    )
    known = serializers.BooleanField(
        help_text="Whether anything says that it is a working day or not; what goes out on working days only is held "
        "else."
    )
    holiday = serializers.CharField(help_text="Why it differs from its weekday.")
    entries = CalendarEntrySerializer(many=True)
    loads = CalendarLoadSerializer(many=True)
    is_cut = serializers.BooleanField(
        help_text=f"Whether it has more than {services.MOST_RUNS_OF_A_DAY} runs, so that only the first are counted."
    )


class UndatedSerializer(serializers.Serializer[Entry]):
    """A campaign that has no moment yet: it goes out as soon as it is started."""

    campaign = serializers.IntegerField(source="key")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    members = serializers.IntegerField(allow_null=True)


class CalendarSerializer(serializers.Serializer[Agenda]):
    """All messages that go out on these days, and those that went out."""

    days = CalendarDaySerializer(many=True)
    undated = UndatedSerializer(many=True)
    days_unknown = serializers.CharField(
        help_text="Which years' working days are not known, and what to do, in words; empty if all are."
    )
    uncounted = serializers.IntegerField(
        help_text="Audiences that were not counted, because that takes long; ask again to go on."
    )


class CalendarView(generics.GenericAPIView[Any]):
    """Campaigns by day."""

    queryset = Campaign.objects.all()
    serializer_class = CalendarSerializer
    filter_backends = ()
    pagination_class = None
    required_scopes: Mapping[str, str] = {"GET": READ}

    @extend_schema(
        summary="Show the calendar",
        operation_id="calendar_retrieve",
        parameters=[CalendarQuerySerializer],
        responses=CalendarSerializer,
    )
    def get(self, request: Request) -> Response:
        """All messages that go out, and those that went out."""
        query = CalendarQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        data = query.validated_data
        filters = services.AgendaFilters(
            **{name: data[name] for name in CHOSEN if name in data},
            text=data.get("q", "").strip(),
        )
        agenda = services.upcoming(data["from"], data["to"], filters)
        return Response(CalendarSerializer(agenda).data)
