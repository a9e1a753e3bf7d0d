"""Callbacks and applications as the API shows them."""

from typing import Any

from rest_framework import serializers

from core.diagnosis import Level, Result
from core.web.api_fields import StrictModelSerializer
from wecom import services
from wecom.models import Application, Callback

TEXT_SCOPE = "callbacks:text"


class CallbackSerializer(StrictModelSerializer[Callback]):
    """Something that WeChat Work told us."""

    xml = serializers.SerializerMethodField(
        help_text="What it said, decrypted. Null without the scope callbacks:text, and once it has been forgotten."
    )

    class Meta:
        model = Callback
        fields = (
            *("id", "application", "kind", "event", "from_user_id", "status", "reason", "suspect", "attempts", "cid"),
            *("sent_at", "created_at", "finished_at", "xml"),
        )
        read_only_fields = fields

    def get_xml(self, callback: Callback) -> str | None:
        who = self.context["request"].user
        scopes = getattr(who, "scopes", None)
        # People see it in the admin too, by the same permission that brought them here.
        return (callback.body or None) if scopes is None or TEXT_SCOPE in scopes else None


class ApplicationSerializer(StrictModelSerializer[Application]):
    """An application, without its keys."""

    corp_id = serializers.CharField(source="corporation.corp_id", read_only=True)
    webhook_url = serializers.SerializerMethodField(help_text="Entered in the console under “Receive messages”.")
    held_reason = serializers.CharField(read_only=True, help_text="Why nothing is sent, and what helps; else empty.")

    class Meta:
        model = Application
        fields = (
            *("id", "corp_id", "agent_id", "name", "is_default", "enabled", "api_base_url", "webhook_url"),
            *("held_until", "held_reason"),
        )
        read_only_fields = fields

    def get_webhook_url(self, application: Application) -> str:
        return services.webhook_url(application)


class FindingSerializer(serializers.Serializer[Result]):
    """What one check found."""

    check = serializers.CharField(source="check.id", help_text="stored-keys, token, trusted-ip or visible-range.")
    level = serializers.ChoiceField(
        [level.value for level in Level], source="finding.level", help_text="skipped: something before it is bad."
    )
    code = serializers.CharField(source="finding.code", help_text="Names what is wrong; empty where nothing is.")
    words = serializers.CharField(source="finding.words")
    remedy = serializers.CharField(source="finding.remedy", help_text="What helps.")
    where = serializers.CharField(source="finding.where", help_text="Where to click.")


class ConnectionSerializer(serializers.Serializer[Any]):
    """How a connection stands."""

    works = serializers.BooleanField(help_text="Whether nothing is bad.")
    checks = FindingSerializer(many=True)
