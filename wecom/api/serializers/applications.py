"""Callbacks and applications as the API shows them."""

from typing import Any

from rest_framework import serializers

from core.diagnosis import Level, Result
from core.web.api_fields import ChoiceField, StrictModelSerializer
from wecom import services
from wecom.models import Application, Callback

TEXT_SCOPE = "callbacks:text"
LEVELS = [level.value for level in Level]


def reads_content(who: Any) -> bool:
    """Whether a program, or a person as in the admin, may read the content of callbacks."""
    scopes = getattr(who, "scopes", None)
    return bool(who.has_perm("wecom.read_callback")) if scopes is None else TEXT_SCOPE in scopes


class CallbackSerializer(StrictModelSerializer[Callback]):
    """A callback of WeChat Work."""

    xml = serializers.SerializerMethodField(
        help_text="The decrypted XML. Null without the scope `callbacks:text`, and once deleted."
    )

    class Meta:
        model = Callback
        fields = (
            *("id", "application", "kind", "event", "from_user_id", "status", "reason", "suspect", "attempts", "cid"),
            *("sent_at", "created_at", "finished_at", "xml"),
        )
        read_only_fields = fields

    def get_xml(self, callback: Callback) -> str | None:
        return (callback.body or None) if reads_content(self.context["request"].user) else None


class ApplicationSerializer(StrictModelSerializer[Application]):
    """An application, without its secrets."""

    corp_id = serializers.CharField(source="corporation.corp_id", read_only=True)
    webhook_url = serializers.SerializerMethodField(help_text="Callback URL for the console, under 接收消息.")
    held_reason = serializers.CharField(read_only=True, help_text="Why messages are held, and the remedy; else empty.")

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
    """The result of one check."""

    check = serializers.CharField(
        source="check.id", help_text="`stored-keys`, `token`, `trusted-ip` or `visible-range`."
    )
    level = ChoiceField(LEVELS, source="finding.level", help_text="`skipped`: an earlier check failed.")
    code = serializers.CharField(source="finding.code", help_text="Code of the problem; else empty.")
    words = serializers.CharField(source="finding.words")
    remedy = serializers.CharField(source="finding.remedy", help_text="How to fix it.")
    where = serializers.CharField(source="finding.where", help_text="Place in the console or the admin.")


class ConnectionSerializer(serializers.Serializer[Any]):
    """The result of a connection test."""

    works = serializers.BooleanField(help_text="Whether all checks passed.")
    checks = FindingSerializer(many=True)
