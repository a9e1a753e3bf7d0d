"""Incidents in the API."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from openuser.incidents.incident_watch import condition_of
from openuser.models import Alert, Incident


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert of an incident in one channel."""

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ("news", "channel", "status", "reason", "finished_at")
        read_only_fields = fields


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """A condition that needs a person, from when it was found until it is over."""

    words = serializers.SerializerMethodField(help_text="What is wrong, in the language of `Accept-Language`.")
    remedy = serializers.SerializerMethodField(help_text="What to do.")
    alerts = AlertSerializer(many=True, read_only=True, help_text="Who was told, and how that went.")

    class Meta:
        model = Incident
        fields: tuple[str, ...] = (
            *("id", "kind", "subject", "details", "words", "remedy"),
            *("opened_at", "seen_at", "resolved_at", "alerts"),
        )
        read_only_fields = fields

    @extend_schema_field(str)
    def get_words(self, incident: Incident) -> str:
        return condition_of(incident).words(incident)

    @extend_schema_field(str)
    def get_remedy(self, incident: Incident) -> str:
        return condition_of(incident).remedy(incident)
