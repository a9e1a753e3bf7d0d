"""Personal data requests as the API shows and takes them."""

from rest_framework import serializers

from core.web.api_fields import StrictModelSerializer, StrictRegexField, StrictSerializer
from wecom.api.serializers.directory import USER_ID
from wecom.models import Application, PrivacyRequest


class PrivacyRequestSerializer(StrictModelSerializer[PrivacyRequest]):
    """A receipt."""

    rows = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows, by model.")

    class Meta:
        model = PrivacyRequest
        fields = ("id", "kind", "requested_by", "digest", "rows", "created_at")
        read_only_fields = fields


class PersonRequestSerializer(StrictSerializer):
    """The member whose data it is."""

    user_id = StrictRegexField(USER_ID, max_length=64, help_text="User ID in WeChat Work.")
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="Uses the default application if empty.",
    )
