"""Topics and the choices of members in the API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from conversations.models import LONGEST_ON_CARD, Desk, Topic
from core.web.api_fields import StrictModelSerializer, StrictSerializer


class TopicSerializer(StrictModelSerializer[Topic]):
    """A subject of messages, answers, documents and tickets."""

    muted_by = serializers.SerializerMethodField(help_text="Members who have muted it.")

    class Meta:
        model = Topic
        fields = ("id", "name", "name_en", "order", "can_be_muted", "muted_by")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A card shows the names of those that can be muted."""
        attrs = super().validate(attrs)
        name, on_card = (attrs.get(key, getattr(self.instance, key, True)) for key in ("name", "can_be_muted"))
        if on_card and len(str(name)) > LONGEST_ON_CARD:
            fault = _("A topic that can be muted has a name of at most 16 characters.")
            raise serializers.ValidationError({"name": [fault]})
        return attrs

    def get_muted_by(self, topic: Any) -> int:
        return int(getattr(topic, "muted_by", 0))


class PreferencesSerializer(StrictSerializer):
    """The choices of a member."""

    user_id = serializers.CharField(read_only=True, help_text="User ID.")
    prefers_text = serializers.BooleanField(help_text="Text instead of videos.")
    language = serializers.ChoiceField(
        choices=Desk.Language.choices, allow_blank=True, help_text="Empty: the one that the member writes."
    )
    muted = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=500, help_text="Topics that the member does not want."
    )
