"""Members and uploads as the API shows and takes them."""

from rest_framework import serializers

from openuser.lib.rest import KnownFields, PatternField, RowSerializer
from wecom.models import Application, Member, Upload

USER_ID = r"^[^\s|@][^\s|]{0,63}$"


class MemberSerializer(RowSerializer[Member]):
    """A person in the company."""

    user_id = PatternField(
        USER_ID, max_length=64, help_text="As WeChat Work knows it; letters are made small, since it ignores case."
    )

    class Meta:
        model = Member
        fields = ("id", "user_id", "name", "created_at")
        read_only_fields = ("created_at",)

    def validate_user_id(self, user_id: str) -> str:
        return user_id.lower()


class MemberChangeSerializer(RowSerializer[Member]):
    """What can be changed of a member."""

    class Meta:
        model = Member
        fields = ("name",)


class UploadSerializer(RowSerializer[Upload]):
    """A file on its way to WeChat Work. It can be sent at once: the message waits for it."""

    class Meta:
        model = Upload
        fields = (
            *("id", "kind", "filename", "size", "status", "reason", "media_id", "expires_at", "cid"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields


class UploadRequestSerializer(KnownFields):
    """A file to send to members later."""

    kind = serializers.ChoiceField(
        Upload.Kind.choices,
        help_text="image: JPG or PNG up to 10 MB; voice: AMR up to 2 MB; video: MP4 up to 10 MB; file: up to 20 MB.",
    )
    file = serializers.FileField(max_length=200, allow_empty_file=True)
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="By default the default application.",
    )
