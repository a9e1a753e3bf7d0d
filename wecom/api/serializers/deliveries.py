"""Uploads, outbound messages and quotas as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.web.api_fields import ChoiceField, StrictModelSerializer, StrictSerializer
from wecom import services
from wecom.models import Application, Attempt, Outbound, Upload


class UploadSerializer(StrictModelSerializer[Upload]):
    """A file for WeChat Work. You can send it at once: the message waits for the upload.

    While a large video is compressed, `reason` is `fitting`.

    """

    form = ChoiceField(
        [("", "as it is"), *Upload.Form.choices],
        read_only=True,
        help_text="How a video is sent that is still too large: as a `file`, or as a `link` to a page of this site.",
    )

    class Meta:
        model = Upload
        fields = (
            *("id", "kind", "filename", "size", "form", "status", "reason", "media_id", "expires_at", "cid"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields


class OutboundSerializer(StrictModelSerializer[Outbound]):
    """One call of WeChat Work."""

    reach = serializers.IntegerField(read_only=True, help_text="Number of recipients.")
    unreached = serializers.SerializerMethodField(help_text="Number of recipients it did not reach.")

    class Meta:
        model = Outbound
        fields: tuple[str, ...] = (
            *("id", "application", "msgtype", "status", "reason", "errcode", "msgid", "attempts", "reach", "unreached"),
            *("first_part", "expires_at", "cid", "created_at", "finished_at"),
        )
        read_only_fields: tuple[str, ...] = fields
        extra_kwargs = {
            "first_part": {"help_text": "First part of a long text or recording that was split."},
            "errcode": {"help_text": "Last error code of WeChat Work."},
        }

    def get_unreached(self, outbound: Outbound) -> int:
        return len({*outbound.invalid, *outbound.unlicensed})


class ResultSerializer(serializers.Serializer[Any]):
    """The result for one recipient."""

    user_id = serializers.CharField()
    result = ChoiceField(
        Outbound.Delivery.choices,
        help_text="`sent`: accepted by WeChat Work; `assumed`: unclear, and marked as sent by an operator; `recalled`; "
        "`unreached`: left or out of the visible range; `unlicensed`: no interface licence; `unknown`: unclear, an "
        "operator must decide; `failed`: refused by WeChat Work; `cancelled`: not sent.",
    )
    words = serializers.CharField(help_text="The result in words, in the language of the request.")


class AttemptSerializer(StrictModelSerializer[Attempt]):
    """One attempt to deliver it."""

    class Meta:
        model = Attempt
        fields = ("number", "started_at", "ended_at", "outcome", "errcode", "detail")
        read_only_fields = fields


class OutboundResultsSerializer(OutboundSerializer):
    """One call of WeChat Work, with the result for each recipient and all attempts."""

    results = serializers.SerializerMethodField()
    tries = AttemptSerializer(many=True, read_only=True)

    class Meta(OutboundSerializer.Meta):
        fields = (*OutboundSerializer.Meta.fields, "results", "tries")
        read_only_fields = fields

    @extend_schema_field(ResultSerializer(many=True))
    def get_results(self, outbound: Outbound) -> Any:
        results = outbound.results().items()
        told = [{"user_id": name, "result": result, "words": result.label} for name, result in results]
        return ResultSerializer(told, many=True).data


class UploadRequestSerializer(StrictSerializer):
    """A file to upload."""

    kind = ChoiceField(
        Upload.Kind.choices,
        help_text="`image`: JPG or PNG up to 10 MB; `voice`: AMR up to 2 MB; `video`: MP4, compressed if over 10 MB; "
        "`file`: up to 20 MB.",
    )
    file = serializers.FileField(max_length=200, allow_empty_file=True)
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="Uses the default application if empty.",
    )


class GaugeSerializer(serializers.Serializer[Any]):
    """The use of one limit."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField(help_text="0 if the company's account limit is not set.")


class BusySerializer(serializers.Serializer[Any]):
    """A member close to a limit."""

    user_id = serializers.CharField()
    minute = GaugeSerializer()
    hour = GaugeSerializer()


class ClosedSerializer(serializers.Serializer[Any]):
    """An API that WeChat Work has blocked for the company."""

    api = serializers.CharField()
    errcode = serializers.IntegerField()
    until = serializers.DateTimeField()


class ForecastSerializer(serializers.Serializer[Any]):
    """When waiting messages go out."""

    messages = serializers.IntegerField()
    recipients = serializers.IntegerField()
    through_at = serializers.DateTimeField(allow_null=True, help_text="Null until you fix a problem first.")
    because = ChoiceField(list(services.WAIT_REASONS), help_text="The main reason for the wait.")


class QuotaSerializer(serializers.Serializer[Any]):
    """The limits of one application."""

    application = serializers.IntegerField(source="application.pk")
    day = GaugeSerializer(help_text="Recipients today; a message to many counts for each.")
    calls_minute = GaugeSerializer(help_text="API calls of the whole company.")
    calls_hour = GaugeSerializer()
    members = BusySerializer(many=True)
    closed = ClosedSerializer(many=True)
    forecast = ForecastSerializer()


class QuotasSerializer(serializers.Serializer[Any]):
    """The limits of every application."""

    applications = QuotaSerializer(many=True)
