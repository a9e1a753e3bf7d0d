"""The menu below the chat in the API."""

from typing import Any

from rest_framework import serializers

from core.web.api_fields import ChoiceField, StrictCharField, StrictModelSerializer, StrictSerializer
from wecom.models import MenuButton, MenuPublication


class SubButtonSerializer(StrictSerializer):
    """A button with `key`, `url`, or `app_id` and `page`, depending on its kind."""

    name = StrictCharField(max_length=40, help_text="Up to 16 bytes in the bar, 40 in a submenu.")
    kind = ChoiceField(MenuButton.Kind.choices, default=MenuButton.Kind.CLICK)
    key = StrictCharField(
        required=False,
        allow_blank=True,
        max_length=128,
        help_text="A command such as `/help`, or the menu key of a flow.",
    )
    url = StrictCharField(required=False, allow_blank=True, max_length=1024, help_text="Begins with https://.")
    app_id = StrictCharField(required=False, allow_blank=True, max_length=64)
    page = StrictCharField(required=False, allow_blank=True, max_length=1024)


class MenuButtonSerializer(SubButtonSerializer):
    """A button of the bar. The kind `menu` opens its `buttons`."""

    buttons = SubButtonSerializer(many=True, required=False)


class MenuRequestSerializer(StrictSerializer):
    """The whole menu from left to right; empty removes the menu."""

    buttons = MenuButtonSerializer(many=True)


class MenuPublicationSerializer(StrictModelSerializer[MenuPublication]):
    """A publication of the menu."""

    class Meta:
        model = MenuPublication
        fields = ("id", "status", "reason", "errcode", "created_at", "finished_at")
        read_only_fields = fields


class MenuSerializer(serializers.Serializer[Any]):
    """The menu as stored here, and its last publication."""

    buttons = MenuButtonSerializer(many=True)
    publication = MenuPublicationSerializer(allow_null=True)
