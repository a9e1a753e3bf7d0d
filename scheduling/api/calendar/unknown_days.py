"""In answers about campaigns and series: from when on their working days are not known."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling import services
from scheduling.models import share_calendars


class UnknownDaysSerializer(serializers.Serializer[services.UnknownDays]):
    """The first moment on a day of which nothing says whether it is a working day."""

    at = serializers.DateTimeField()
    year = serializers.IntegerField()
    stops = serializers.BooleanField(
        help_text="Whether nothing is sent from then on; else Monday to Friday count, holidays or not."
    )
    message = serializers.CharField(source="words", help_text="The same in words, and what to do.")


@extend_schema_field(UnknownDaysSerializer(allow_null=True))
class DaysUnknownFrom(serializers.Field[Any, Any, Any, Any]):
    """The field of such an answer; null where all days are known that it asks for."""

    def __init__(self, **options: Any) -> None:
        help_text = "From when on its working days are not known; null if it does not ask for them."
        super().__init__(**{"help_text": help_text, "read_only": True, "source": "*", **options})

    def to_representation(self, value: Any) -> Any:
        unknown = services.days_unknown_from(value)
        return None if unknown is None else UnknownDaysSerializer(unknown).data


class SharesCalendars:
    """A list whose rows share the calendar of their company."""

    def paginate_queryset(self, queryset: Any) -> Any:
        rows: Iterable[Any] | None = super().paginate_queryset(queryset)  # type: ignore[misc]
        return share_calendars(rows or [])
