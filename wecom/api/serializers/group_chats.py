"""Requests about group chats and group messages."""

from typing import Any, ClassVar

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from core.web.api_fields import (
    ChoiceField,
    StrictBooleanField,
    StrictCharField,
    StrictRegexField,
    StrictSerializer,
    choose_one_of,
)
from wecom import contents, services
from wecom.api.serializers import USER_ID
from wecom.content_serializers import CONTENT_KINDS, build_content, serializer_for
from wecom.contents import Content
from wecom.exceptions import ContentError
from wecom.models import Application, GroupChat, GroupMessage, Upload

FEWEST, MOST = 2, 2000
NAME, TEXT = 50, 2048


def _people(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=StrictRegexField(USER_ID, max_length=64), **options)


CHAT_ID = r"^[0-9A-Za-z]{1,32}$"


class ApplicationChoiceSerializer(StrictSerializer):
    """A request to one application."""

    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation").filter(enabled=True),
        required=False,
        help_text="Uses the default application if empty. The whole company must be in its visible range.",
    )


class GroupChatAdoptRequestSerializer(ApplicationChoiceSerializer):
    """A group chat that the application created elsewhere."""

    chat_id = StrictRegexField(CHAT_ID, max_length=32, help_text="Chat ID in WeChat Work.")


class GroupChatCreateRequestSerializer(ApplicationChoiceSerializer):
    """A group chat to create. Members see it with its first message."""

    name = StrictCharField(max_length=NAME)
    user_ids = _people(min_length=FEWEST, max_length=MOST, help_text="2 to 2,000 members of the company.")
    owner = StrictRegexField(
        USER_ID, required=False, max_length=64, help_text="User ID of the owner; by default the first member."
    )
    chat_id = StrictRegexField(
        CHAT_ID, required=False, max_length=32, help_text="Chat ID of your own; by default a random one."
    )

    def make(self) -> GroupChat:
        """Create it now, with a call of WeChat Work."""
        values = dict(self.validated_data)
        return services.create_chat(values.pop("name"), values.pop("user_ids"), **values)


class GroupChatChangeRequestSerializer(StrictSerializer):
    """Changes to a group chat."""

    name = StrictCharField(required=False, max_length=NAME)
    owner = StrictRegexField(USER_ID, required=False, max_length=64, help_text="User ID of a member.")
    add = _people(required=False, max_length=MOST, help_text="Members to add.")
    remove = _people(required=False, max_length=MOST, help_text="Members to remove.")


class GroupMessageRequestSerializer(StrictSerializer):
    """A group message to send."""

    chat = serializers.PrimaryKeyRelatedField(
        queryset=GroupChat.objects.select_related("application__corporation"),
        help_text="`id` of the group chat.",
    )

    def send(self, cid: str) -> GroupMessage:
        """Queue it."""
        values = self.validated_data
        services.refuse_stopped_push(values["chat"].application)
        upload, mentions = values.get("upload"), values.get("mentions", ())
        return services.send_to_chat(values["chat"], self.content(), upload=upload, mentions=mentions, cid=cid)

    def content(self) -> Content:
        """The message as WeChat Work takes it. Raises `ContentError`."""
        raise NotImplementedError


class GroupTextRequestSerializer(GroupMessageRequestSerializer):
    """Text of up to 2,048 bytes."""

    kind = ChoiceField(["text"])
    text = StrictCharField(max_length=TEXT)
    mentions = serializers.ListField(
        child=StrictCharField(max_length=64), required=False, max_length=MOST, help_text="User IDs, or `@all`."
    )

    def content(self) -> Content:
        return _words(contents.Text, self.validated_data["text"])


class GroupMarkdownRequestSerializer(GroupMessageRequestSerializer):
    """Markdown of up to 2,048 bytes. Syntax that WeChat Work does not render is simplified."""

    kind = ChoiceField(["markdown"])
    text = StrictCharField(max_length=TEXT)

    def content(self) -> Content:
        return _words(contents.Markdown, contents.to_markdown(self.validated_data["text"]))


class GroupUploadRequestSerializer(GroupMessageRequestSerializer):
    """A file, by the ID of its upload or by a media ID of WeChat Work."""

    upload = serializers.PrimaryKeyRelatedField(
        queryset=Upload.objects.all(), required=False, help_text="`id` of the upload."
    )
    media_id = StrictCharField(required=False, max_length=256)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("upload" in attrs) == ("media_id" in attrs):
            raise serializers.ValidationError({"upload": "Give either `upload` or `media_id`."}, code="one_of")
        upload = attrs.get("upload")
        if upload is not None and upload.kind != attrs["kind"]:
            fault = f"This is uploaded as {upload.kind}, not as {attrs['kind']}."
            raise serializers.ValidationError({"kind": fault}, code="kind")
        if upload is not None and upload.corporation_id != attrs["chat"].application.corporation_id:
            raise serializers.ValidationError({"upload": "It belongs to another company."}, code="corporation")
        return attrs

    def content(self) -> Content:
        files = {"image": contents.Image, "file": contents.File, "video": contents.Video, "voice": contents.Voice}
        return build_content(files[self.validated_data["kind"]], self.validated_data)


class GroupConfidentialRequestSerializer(GroupUploadRequestSerializer):
    """A file that may be confidential."""

    safe = StrictBooleanField(required=False, help_text="Members can't forward it, and it shows a watermark.")


class GroupImageRequestSerializer(GroupConfidentialRequestSerializer):
    """A picture."""

    kind = ChoiceField(["image"])


class GroupFileRequestSerializer(GroupConfidentialRequestSerializer):
    """A file."""

    kind = ChoiceField(["file"])


class GroupVoiceRequestSerializer(GroupUploadRequestSerializer):
    """A recording."""

    kind = ChoiceField(["voice"])


class GroupVideoRequestSerializer(GroupConfidentialRequestSerializer):
    """A video file."""

    kind = ChoiceField(["video"])
    title = StrictCharField(required=False, allow_blank=True, max_length=128, help_text="At most 128 bytes.")
    description = StrictCharField(required=False, allow_blank=True, max_length=512, help_text="At most 512 bytes.")


class GroupValueRequestSerializer(GroupMessageRequestSerializer):
    """A message of a type in `contents`."""

    value: ClassVar[type[Content]]

    def content(self) -> Content:
        return build_content(self.value, self.validated_data)


GROUP_MESSAGE_REQUESTS: dict[str, type[GroupMessageRequestSerializer]] = {
    "text": GroupTextRequestSerializer,
    "markdown": GroupMarkdownRequestSerializer,
    "image": GroupImageRequestSerializer,
    "voice": GroupVoiceRequestSerializer,
    "video": GroupVideoRequestSerializer,
    "file": GroupFileRequestSerializer,
    **{
        kind: serializer_for(GroupValueRequestSerializer, kind, CONTENT_KINDS[kind])
        for kind in ("textcard", "news", "mpnews")
    },
}
ANY_GROUP_MESSAGE_REQUEST = PolymorphicProxySerializer(
    component_name="GroupMessageRequest", serializers=dict(GROUP_MESSAGE_REQUESTS), resource_type_field_name="kind"
)


def group_message_request(data: Any) -> GroupMessageRequestSerializer:
    """The serializer for the request's `kind`, not validated yet. Raises `ValidationError` for an unknown kind."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in GROUP_MESSAGE_REQUESTS:
        raise serializers.ValidationError(
            {"kind": choose_one_of(GROUP_MESSAGE_REQUESTS)}, code="invalid_choice" if kind else "required"
        )
    return GROUP_MESSAGE_REQUESTS[kind](data=data)


def _words(kind: "type[contents.Text | contents.Markdown]", text: str) -> Content:
    try:
        return kind(content=text)
    except ContentError as error:
        raise ContentError(error.message, code=error.code, field="text", remedy=error.remedy) from error
