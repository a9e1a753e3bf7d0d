"""What the API may be asked to say, one serializer per kind; each knows the service that says it."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from avatars import services as avatars
from avatars.models import DigitalHuman, RenderMode, RenderTemplate
from conversations import services
from conversations.delivery import channel
from conversations.models import Conversation, Flow, Message, Session
from core.web.api_fields import JSONValueField, StrictCharField, StrictRegexField, StrictSerializer
from wecom import contents
from wecom.content_serializers import CONTENT_KINDS, build_content, serializer_for
from wecom.models import Application, Upload

USER_ID = r"^[^\s|@][^\s|]{0,63}$"
LONGEST_TEXT = 20_000


class Addressed(StrictSerializer):
    """Whom it goes to."""

    to = StrictRegexField(USER_ID, max_length=64, help_text="The member's user ID in WeChat Work.")
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation").filter(enabled=True),
        required=False,
        help_text="By default the default application.",
    )

    def conversation(self) -> Conversation:
        """Locked until the transaction ends. Raises `ContentError` for somebody who is known to be out of reach."""
        values = self.validated_data
        channel.check_reach(values["to"], application=values.get("application"))
        return services.conversation_with(values["to"], application=values.get("application"))


class MessageWish(Addressed):
    """Something to send."""

    def send(self, cid: str) -> Message:
        """Send it; inside a transaction."""
        raise NotImplementedError


class TextWish(MessageWish):
    """Text; what is longer than 2,048 bytes goes out in parts."""

    kind = serializers.ChoiceField(["text"])
    text = StrictCharField(max_length=LONGEST_TEXT)

    def send(self, cid: str) -> Message:
        return services.say(self.conversation(), self.validated_data["text"], cid=cid)


class MediaWish(MessageWish):
    """A file, by the number of its upload or by a media ID of WeChat Work."""

    upload = serializers.PrimaryKeyRelatedField(
        queryset=Upload.objects.all(), required=False, help_text="What POST /api/v1/uploads/ gave."
    )
    media_id = StrictCharField(required=False, max_length=256)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("upload" in attrs) == ("media_id" in attrs):
            raise serializers.ValidationError({"upload": "Give either `upload` or `media_id`."}, code="one_of")
        # One of ours is sent by its upload, which gets a new media ID when this one has expired.
        upload = attrs.get("upload") or Upload.objects.filter(media_id=attrs["media_id"]).first()
        if upload is not None and upload.kind != attrs["kind"]:
            words = f"This is uploaded as {upload.kind}, not as {attrs['kind']}."
            raise serializers.ValidationError({"kind": words}, code="kind")
        return {**attrs, "upload": upload}

    def send(self, cid: str) -> Message:
        values, conversation = self.validated_data, self.conversation()
        upload = values["upload"]
        if upload is not None and upload.corporation_id != conversation.application.corporation_id:
            raise serializers.ValidationError({"upload": "It belongs to another company."}, code="corporation")
        content = self.content("" if upload else values["media_id"])
        return services.say_content(conversation, content, upload=upload, cid=cid)

    def content(self, media_id: str) -> contents.Content:
        """The message as WeChat Work takes it."""
        kinds: dict[str, type[contents.Media]] = {
            "image": contents.Image,
            "voice": contents.Voice,
            "file": contents.File,
        }
        return kinds[self.validated_data["kind"]](media_id=media_id)


class ImageWish(MediaWish):
    """A picture."""

    kind = serializers.ChoiceField(["image"])


class VoiceWish(MediaWish):
    """A recording."""

    kind = serializers.ChoiceField(["voice"])


class FileWish(MediaWish):
    """A file."""

    kind = serializers.ChoiceField(["file"])


class VideoWish(MediaWish):
    """A video that exists."""

    kind = serializers.ChoiceField(["video"])
    title = StrictCharField(required=False, allow_blank=True, max_length=128, help_text="At most 128 bytes.")
    description = StrictCharField(required=False, allow_blank=True, max_length=512, help_text="512 bytes.")

    def content(self, media_id: str) -> contents.Content:
        words = {name: self.validated_data.get(name, "") for name in ("title", "description")}
        return contents.Video(media_id=media_id, **words)


class TextCardWish(MessageWish):
    """A card with a link."""

    kind = serializers.ChoiceField(["textcard"])
    title = StrictCharField(max_length=128, help_text="At most 128 bytes.")
    description = StrictCharField(max_length=512, help_text="At most 512 bytes.")
    url = StrictCharField(max_length=2048, help_text="Begins with https://.")
    btn_text = StrictCharField(required=False, allow_blank=True, max_length=4)

    def send(self, cid: str) -> Message:
        names = ("title", "description", "url", "btn_text")
        card = contents.TextCard(**{name: self.validated_data.get(name, "") for name in names})
        return services.say_content(self.conversation(), card, cid=cid)


class MarkdownWish(MessageWish):
    """Markdown of up to 2,048 bytes; what WeChat Work does not show becomes the nearest that it does."""

    kind = serializers.ChoiceField(["markdown"])
    text = StrictCharField(max_length=2048)

    def send(self, cid: str) -> Message:
        content = contents.Markdown(content=contents.to_markdown(self.validated_data["text"]))
        return services.say_content(self.conversation(), content, cid=cid)


class ValueWish(MessageWish):
    """What `wecom.contents` has a value for, with its fields."""

    value: ClassVar[type[contents.Content]]

    def send(self, cid: str) -> Message:
        content = build_content(self.value, self.validated_data)
        return services.say_content(self.conversation(), content, cid=cid)


class DigitalHumanVideoWish(MessageWish):
    """Words that a digital human says in a video, which is made first; where that fails they go out as text.

    They are in `text`, or are those of a `template` with `variables` put in.
    """

    kind = serializers.ChoiceField(["digital_human_video"])
    text = StrictCharField(required=False, max_length=settings.AVATARS["MAX_CHARACTERS"])
    mode = serializers.ChoiceField(RenderMode.choices, required=False)
    digital_human = serializers.PrimaryKeyRelatedField(
        queryset=DigitalHuman.objects.select_related("voice"), required=False, help_text="By default the desk's."
    )
    template = serializers.PrimaryKeyRelatedField(
        queryset=RenderTemplate.objects.select_related("digital_human__voice", "voice").prefetch_related("variables"),
        required=False,
        help_text="A video template, which says who speaks, what, and how it looks.",
    )
    variables = serializers.DictField(
        child=JSONValueField(allow_null=True), required=False, help_text="Values for the template, by their names."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        template = attrs.get("template")
        if (template is None) == ("text" not in attrs):
            raise serializers.ValidationError({"text": "Give either `text` or `template`."}, code="one_of")
        others = ("variables",) if template is None else ("mode", "digital_human")
        for name in others:
            if name in attrs:
                words = "That is for `text`." if template else "That is for a `template`."
                raise serializers.ValidationError({name: words}, code="one_of")
        if template is not None and (faults := avatars.variable_faults(template, attrs.get("variables", {}))):
            flaws = {fault.field: [ErrorDetail(str(fault), code=fault.code)] for fault in faults}
            raise serializers.ValidationError({"variables": flaws})
        return attrs

    def send(self, cid: str) -> Message:
        values = self.validated_data
        template, conversation = values.get("template"), self.conversation()
        wishes = {name: values[name] for name in ("mode", "digital_human", "template") if name in values}
        text = avatars.fill_template(template, values.get("variables", {})) if template else values["text"]
        return services.say_video(conversation, text, **wishes, strict=True, cid=cid)


WISHES: dict[str, type[MessageWish]] = {
    "text": TextWish,
    "image": ImageWish,
    "voice": VoiceWish,
    "video": VideoWish,
    "file": FileWish,
    "textcard": TextCardWish,
    "markdown": MarkdownWish,
    **{kind: serializer_for(ValueWish, kind, value) for kind, value in CONTENT_KINDS.items() if kind != "textcard"},
    "digital_human_video": DigitalHumanVideoWish,
}
ANY_WISH = PolymorphicProxySerializer(
    component_name="MessageWish",
    serializers=dict(WISHES),
    resource_type_field_name="kind",
)


def message_wish(data: Any) -> MessageWish:
    """The wish in a request, not yet validated. Raises `ValidationError` for a kind that there is not."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in WISHES:
        words = f"Choose one of {', '.join(WISHES)}."
        raise serializers.ValidationError({"kind": words}, code="invalid_choice" if kind else "required")
    return WISHES[kind](data=data)


class SessionWish(Addressed):
    """A flow to start for a member."""

    flow = serializers.PrimaryKeyRelatedField(queryset=Flow.objects.select_related("live"))
    data = serializers.DictField(  # type: ignore[assignment]  # REST framework takes fields off the class
        child=StrictCharField(max_length=2000), required=False, help_text="Answers known already, by slot."
    )

    def start(self, cid: str) -> Session:
        """Start it; inside a transaction."""
        values = self.validated_data
        return services.start_flow(self.conversation(), values["flow"], data=values.get("data"), cid=cid)
