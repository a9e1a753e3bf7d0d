"""Messages that a client may POST: one serializer per kind, each of which calls the service that sends it."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from avatars import services as avatars
from avatars.models import DigitalHuman, Presentation, RenderMode, RenderTemplate
from conversations import services
from conversations.models import Conversation, Message
from core.web.api_fields import (
    ChoiceField,
    JSONValueField,
    StrictCharField,
    StrictRegexField,
    StrictSerializer,
    choose_one_of,
)
from wecom import contents
from wecom.content_serializers import CONTENT_KINDS, build_content, serializer_for
from wecom.models import Application, Upload

USER_ID = r"^[^\s|@][^\s|]{0,63}$"
LONGEST_TEXT = 20_000


class RecipientSerializer(StrictSerializer):
    """The member that gets it, and the application that sends it."""

    to = StrictRegexField(USER_ID, max_length=64, help_text="The member's user ID in WeChat Work.")
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation").filter(enabled=True),
        required=False,
        help_text="By default the default application.",
    )

    def conversation(self) -> Conversation:
        """Locked until the transaction ends. Raises `ContentError` if the member is known to be out of reach."""
        values = self.validated_data
        services.check_reachable(values["to"], application=values.get("application"))
        return services.conversation_with(values["to"], application=values.get("application"))

    def push(self) -> Conversation:
        """The conversation, to send something of our own accord. Raises `SendingStopped` too."""
        conversation = self.conversation()
        services.refuse_stopped_push(conversation.application)
        return conversation


class MessageRequestSerializer(RecipientSerializer):
    """A message to send."""

    def send(self, cid: str) -> Message:
        """Send it; inside a transaction."""
        raise NotImplementedError


class TextRequestSerializer(MessageRequestSerializer):
    """Text. Longer text than 2,048 bytes is sent in parts."""

    kind = ChoiceField(["text"])
    text = StrictCharField(max_length=LONGEST_TEXT)

    def send(self, cid: str) -> Message:
        return services.say(self.push(), self.validated_data["text"], cid=cid)


class MediaRequestSerializer(MessageRequestSerializer):
    """A file, by the ID of its upload or by a media ID of WeChat Work."""

    upload = serializers.PrimaryKeyRelatedField(
        queryset=Upload.objects.all(), required=False, help_text="`id` of the upload."
    )
    media_id = StrictCharField(required=False, max_length=256)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("upload" in attrs) == ("media_id" in attrs):
            raise serializers.ValidationError({"upload": "Give either `upload` or `media_id`."}, code="one_of")
        # A media ID of ours is sent by its upload, which is uploaded again when the ID has expired.
        upload = attrs.get("upload") or Upload.objects.filter(media_id=attrs["media_id"]).first()
        if upload is not None and upload.kind != attrs["kind"]:
            fault = f"This is uploaded as {upload.kind}, not as {attrs['kind']}."
            raise serializers.ValidationError({"kind": fault}, code="kind")
        return {**attrs, "upload": upload}

    def send(self, cid: str) -> Message:
        values, conversation = self.validated_data, self.push()
        upload = values["upload"]
        if upload is not None and upload.corporation_id != conversation.application.corporation_id:
            raise serializers.ValidationError({"upload": "It belongs to another company."}, code="corporation")
        content = self.content("" if upload else values["media_id"])
        return services.say_content(conversation, content, upload=upload, cid=cid)

    def content(self, media_id: str) -> contents.Content:
        """The message as a value of `wecom.contents`."""
        kinds: dict[str, type[contents.Media]] = {
            "image": contents.Image,
            "voice": contents.Voice,
            "file": contents.File,
        }
        return kinds[self.validated_data["kind"]](media_id=media_id)


class ImageRequestSerializer(MediaRequestSerializer):
    """A picture."""

    kind = ChoiceField(["image"])


class VoiceRequestSerializer(MediaRequestSerializer):
    """A recording."""

    kind = ChoiceField(["voice"])


class FileRequestSerializer(MediaRequestSerializer):
    """A file."""

    kind = ChoiceField(["file"])


class VideoRequestSerializer(MediaRequestSerializer):
    """A video that exists."""

    kind = ChoiceField(["video"])
    title = StrictCharField(required=False, allow_blank=True, max_length=128, help_text="At most 128 bytes.")
    description = StrictCharField(required=False, allow_blank=True, max_length=512, help_text="512 bytes.")

    def content(self, media_id: str) -> contents.Content:
        titles = {name: self.validated_data.get(name, "") for name in ("title", "description")}
        return contents.Video(media_id=media_id, **titles)


class TextCardRequestSerializer(MessageRequestSerializer):
    """A card with a link."""

    kind = ChoiceField(["textcard"])
    title = StrictCharField(max_length=128, help_text="At most 128 bytes.")
    description = StrictCharField(max_length=512, help_text="At most 512 bytes.")
    url = StrictCharField(max_length=2048, help_text="Begins with https://.")
    btn_text = StrictCharField(required=False, allow_blank=True, max_length=4)

    def send(self, cid: str) -> Message:
        names = ("title", "description", "url", "btn_text")
        card = contents.TextCard(**{name: self.validated_data.get(name, "") for name in names})
        return services.say_content(self.push(), card, cid=cid)


class MarkdownRequestSerializer(MessageRequestSerializer):
    """Markdown of up to 2,048 bytes. Syntax that WeChat Work does not render is simplified."""

    kind = ChoiceField(["markdown"])
    text = StrictCharField(max_length=2048)

    def send(self, cid: str) -> Message:
        content = contents.Markdown(content=contents.to_markdown(self.validated_data["text"]))
        return services.say_content(self.push(), content, cid=cid)


class ValueRequestSerializer(MessageRequestSerializer):
    """A class of `wecom.contents`, with its fields."""

    value: ClassVar[type[contents.Content]]

    def send(self, cid: str) -> Message:
        content = build_content(self.value, self.validated_data)
        return services.say_content(self.push(), content, cid=cid)


class DigitalHumanVideoRequestSerializer(MessageRequestSerializer):
    """A video of a digital human, rendered before it is sent. If rendering fails, the script is sent as text.

    The script is `text`, or that of a `template` or a `presentation` with `variables` filled in.

    A member who has chosen text instead of videos gets the script; the message has no `render`, and the `reason`
    `chosen:text`.
    """

    kind = ChoiceField(["digital_human_video"])
    text = StrictCharField(required=False, max_length=settings.AVATARS["MAX_CHARACTERS"])
    mode = ChoiceField(RenderMode.choices, required=False)
    digital_human = serializers.PrimaryKeyRelatedField(
        queryset=DigitalHuman.objects.select_related("voice"), required=False, help_text="By default the desk's."
    )
    template = serializers.PrimaryKeyRelatedField(
        queryset=RenderTemplate.objects.select_related("digital_human__voice", "voice").prefetch_related("variables"),
        required=False,
        help_text="A video template with its script, digital human and look.",
    )
    presentation = serializers.PrimaryKeyRelatedField(
        queryset=Presentation.objects.select_related("digital_human__voice", "partner__voice"),
        required=False,
        help_text="A presentation with its scenes.",
    )
    variables = serializers.DictField(
        child=JSONValueField(allow_null=True),
        required=False,
        help_text="Values for the template or presentation, by their names.",
    )
    translated = serializers.BooleanField(
        required=False,
        help_text="Whether a presentation speaks its second language. By default the member's language decides.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("text", "template", "presentation") if name in attrs]
        if len(named) != 1:
            fault = "Give one of `text`, `template` and `presentation`."
            raise serializers.ValidationError({"text": fault}, code="one_of")
        (source,) = named
        others = {"text": ("variables", "translated"), "template": ("mode", "digital_human", "translated")}
        for name in others.get(source, ("mode", "digital_human")):
            if name in attrs:
                fault = f"That is not for a `{source}`." if source != "text" else "That is not for `text`."
                raise serializers.ValidationError({name: fault}, code="one_of")
        if faults := _value_faults(attrs):
            flaws = {fault.field: [ErrorDetail(str(fault), code=fault.code)] for fault in faults}
            raise serializers.ValidationError({"variables": flaws})
        return attrs

    def send(self, cid: str) -> Message:
        values, conversation = self.validated_data, self.push()
        if "text" in values:
            options = {name: values[name] for name in ("mode", "digital_human") if name in values}
            return services.say_video(conversation, values["text"], **options, strict=True, cid=cid)
        source, language = values.get("template") or values["presentation"], conversation.language
        wish = {"translated": values.get("translated"), "language": language}
        script = avatars.fill_source(source, values.get("variables", {}), **wish)
        return services.say_video(conversation, script.text, script=script, strict=True, cid=cid)


def _value_faults(attrs: dict[str, Any]) -> list[avatars.TemplateFault]:
    values = attrs.get("variables", {})
    if "template" in attrs:
        return avatars.variable_faults(attrs["template"], values)
    if "presentation" in attrs and "translated" in attrs:
        return avatars.presentation_value_faults(attrs["presentation"], values, translated=attrs["translated"])
    # Which language is spoken is known once the member is.
    return []


MESSAGE_REQUESTS: dict[str, type[MessageRequestSerializer]] = {
    "text": TextRequestSerializer,
    "image": ImageRequestSerializer,
    "voice": VoiceRequestSerializer,
    "video": VideoRequestSerializer,
    "file": FileRequestSerializer,
    "textcard": TextCardRequestSerializer,
    "markdown": MarkdownRequestSerializer,
    **{
        kind: serializer_for(ValueRequestSerializer, kind, value)
        for kind, value in CONTENT_KINDS.items()
        if kind != "textcard"
    },
    "digital_human_video": DigitalHumanVideoRequestSerializer,
}
ANY_MESSAGE_REQUEST = PolymorphicProxySerializer(
    component_name="MessageRequest",
    serializers=dict(MESSAGE_REQUESTS),
    resource_type_field_name="kind",
)


def message_request(data: Any) -> MessageRequestSerializer:
    """The serializer for the request's `kind`, not validated yet. Raises `ValidationError` for an unknown kind."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in MESSAGE_REQUESTS:
        raise serializers.ValidationError(
            {"kind": choose_one_of(MESSAGE_REQUESTS)}, code="invalid_choice" if kind else "required"
        )
    return MESSAGE_REQUESTS[kind](data=data)
