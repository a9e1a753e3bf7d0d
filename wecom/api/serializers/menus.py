"""The menu below the chat as the API shows and takes it."""

from typing import Any

from rest_framework import serializers

from core.web.api_fields import StrictCharField, StrictModelSerializer, StrictSerializer
from wecom.models import MenuButton, MenuPublication


class SubButtonSerializer(StrictSerializer):
    """A button; `key`, `url`, or `app_id` and `page`, as its kind needs."""

    name = StrictCharField(max_length=40, help_text="In the bar up to 16 bytes, in a menu 40.")
    kind = serializers.ChoiceField(MenuButton.Kind.choices, default=MenuButton.Kind.CLICK)
    key = StrictCharField(required=False, allow_blank=True, max_length=128, help_text="A command, or a flow's word.")
    url = StrictCharField(required=False, allow_blank=True, max_length=1024, help_text="Begins with https://.")
    app_id = StrictCharField(required=False, allow_blank=True, max_length=64)
    page = StrictCharField(required=False, allow_blank=True, max_length=1024)


class MenuButtonSerializer(SubButtonSerializer):
    """A button of the bar; one of kind `menu` opens the `buttons` above it."""

    buttons = SubButtonSerializer(many=True, required=False)


class MenuRequestSerializer(StrictSerializer):
    """The whole menu, from left to right; no button is no menu."""

    buttons = MenuButtonSerializer(many=True)


class MenuPublicationSerializer(StrictModelSerializer[MenuPublication]):
    """The menu on its way to WeChat Work, or there."""

    class Meta:
        model = MenuPublication
        fields = ("id", "status", "reason", "errcode", "created_at", "finished_at")
        read_only_fields = fields


class MenuSerializer(serializers.Serializer[Any]):
    """The menu as it stands here, and what became of it when it was published last."""

    buttons = MenuButtonSerializer(many=True)
    publication = MenuPublicationSerializer(allow_null=True)
