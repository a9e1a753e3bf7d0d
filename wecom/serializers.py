"""Members and uploads as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from openuser.lib.diagnosis import Level, Result
from openuser.lib.rest import KnownFields, PatternField, RowSerializer
from wecom import services
from wecom.forecast import BECAUSE
from wecom.models import Application, Callback, Department, DirectorySync, Member, Outbound, Tag, Upload

TEXT_SCOPE = "callbacks:text"
USER_ID = r"^[^\s|@][^\s|]{0,63}$"


class MemberSerializer(RowSerializer[Member]):
    """A person in the company."""

    user_id = PatternField(
        USER_ID, max_length=64, help_text="As WeChat Work knows it; letters are made small, since it ignores case."
    )

    status = serializers.ChoiceField([("", "not known"), *Member.Status.choices], read_only=True)
    gender = serializers.ChoiceField([("", "not known"), *Member.Gender.choices], read_only=True)
    departments = serializers.SerializerMethodField(help_text="Their numbers.")
    leads = serializers.SerializerMethodField(help_text="The numbers of those that they lead.")
    main_department = serializers.SerializerMethodField(help_text="Its number.")
    reachable_by = serializers.SerializerMethodField(help_text="Applications in whose visible range they are known.")
    unreachable_by = serializers.SerializerMethodField(help_text="Applications that cannot write to them.")

    class Meta:
        model = Member
        fields = (
            *("id", "user_id", "name", "alias", "position", "gender", "status", "departments", "leads"),
            *("main_department", "direct_leaders", "attributes", "reachable_by", "unreachable_by", "created_at"),
        )
        read_only_fields = (*("alias", "position", "gender", "status", "direct_leaders", "attributes", "created_at"),)

    def get_departments(self, member: Member) -> list[int]:
        return sorted(row.department.number for row in member.memberships.all())

    def get_leads(self, member: Member) -> list[int]:
        return sorted(row.department.number for row in member.memberships.all() if row.is_leader)

    def get_main_department(self, member: Member) -> int | None:
        return member.main_department.number if member.main_department else None

    def get_reachable_by(self, member: Member) -> list[int]:
        return sorted(row.application_id for row in member.reaches.all() if row.in_range)

    def get_unreachable_by(self, member: Member) -> list[int]:
        return sorted(row.application_id for row in member.reaches.all() if row.in_range is False)

    def validate_user_id(self, user_id: str) -> str:
        return user_id.lower()


class MemberChangeSerializer(RowSerializer[Member]):
    """What can be changed of a member."""

    class Meta:
        model = Member
        fields = ("name",)


class DepartmentSerializer(RowSerializer[Department]):
    """A department; its place in the tree is the number of its parent, 0 for the whole company."""

    member_count = serializers.IntegerField(read_only=True, help_text="In it, not in those below.")

    class Meta:
        model = Department
        fields = ("id", "number", "parent_number", "name", "name_en", "order", "leaders", "member_count", "gone_at")
        read_only_fields = fields


class TagSerializer(RowSerializer[Tag]):
    """A tag of members and departments."""

    member_count = serializers.IntegerField(read_only=True)
    departments = serializers.SerializerMethodField(help_text="Their numbers.")

    class Meta:
        model = Tag
        fields = ("id", "number", "name", "departments", "member_count", "gone_at")
        read_only_fields = fields

    def get_departments(self, tag: Tag) -> list[int]:
        return sorted(place.number for place in tag.departments.all())


class DirectorySyncSerializer(RowSerializer[DirectorySync]):
    """How far a sync is. `notes` name what could not be read; then nobody is taken for gone."""

    stage = serializers.ChoiceField([("", "not begun"), *DirectorySync.Stage.choices], read_only=True)
    progress = serializers.IntegerField(read_only=True, min_value=0, max_value=100)
    notes = serializers.JSONField(read_only=True)

    class Meta:
        model = DirectorySync
        fields = (
            *("id", "application", "kind", "status", "reason", "errcode", "stage", "progress", "departments_total"),
            *("departments_read", "members_read", "tags_read", "looked_up", "notes", "created_at", "finished_at"),
        )
        read_only_fields = fields


class DirectorySyncRequestSerializer(KnownFields):
    """Through which application to read."""

    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="By default the default application.",
    )


class UploadSerializer(RowSerializer[Upload]):
    """A file on its way to WeChat Work. It can be sent at once: the message waits for it.

    While a video that is too large is made smaller, `reason` is `fitting`.
    """

    form = serializers.ChoiceField(
        [("", "as it is"), *Upload.Form.choices],
        read_only=True,
        help_text="How a video goes out that cannot be made small enough: as a `file`, or a `link` to a page of ours.",
    )

    class Meta:
        model = Upload
        fields = (
            *("id", "kind", "filename", "size", "form", "status", "reason", "media_id", "expires_at", "cid"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields


class OutboundSerializer(RowSerializer[Outbound]):
    """One call of WeChat Work, as far as it is."""

    reach = serializers.IntegerField(read_only=True, help_text="How many members it is for.")
    unreached = serializers.SerializerMethodField(help_text="How many of them it certainly did not reach.")

    class Meta:
        model = Outbound
        fields: tuple[str, ...] = (
            *("id", "application", "msgtype", "status", "reason", "errcode", "msgid", "attempts", "reach", "unreached"),
            *("first_part", "expires_at", "cid", "created_at", "finished_at"),
        )
        read_only_fields: tuple[str, ...] = fields
        extra_kwargs = {
            "first_part": {"help_text": "Of a text that is too long for one message: where it begins."},
            "errcode": {"help_text": "What WeChat Work answered last."},
        }

    def get_unreached(self, outbound: Outbound) -> int:
        return len({*outbound.invalid, *outbound.unlicensed})


class ResultSerializer(serializers.Serializer[Any]):
    """What became of a message for one member."""

    user_id = serializers.CharField()
    result = serializers.ChoiceField(
        Outbound.Delivery.choices,
        help_text="sent: WeChat Work took it; assumed: no answer came, and a person said that it arrived; recalled: it "
        "was taken back; unreached: left, or not in the visible range; unlicensed: has no interface licence; unknown: "
        "no answer came, a person must decide; failed: WeChat Work did not take it; cancelled: it was not sent.",
    )
    words = serializers.CharField(help_text="The same for a person, in their language.")


class OutboundResultsSerializer(OutboundSerializer):
    """One call of WeChat Work, with what became of it for each member."""

    results = serializers.SerializerMethodField()

    class Meta(OutboundSerializer.Meta):
        fields = (*OutboundSerializer.Meta.fields, "results")
        read_only_fields = fields

    @extend_schema_field(ResultSerializer(many=True))
    def get_results(self, outbound: Outbound) -> Any:
        results = outbound.results().items()
        told = [{"user_id": name, "result": result, "words": result.label} for name, result in results]
        return ResultSerializer(told, many=True).data


class UploadRequestSerializer(KnownFields):
    """A file to send to members later."""

    kind = serializers.ChoiceField(
        Upload.Kind.choices,
        help_text="image: JPG or PNG up to 10 MB; voice: AMR up to 2 MB; video: MP4, one of more than 10 MB is made "
        "smaller; file: up to 20 MB.",
    )
    file = serializers.FileField(max_length=200, allow_empty_file=True)
    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="By default the default application.",
    )


class GaugeSerializer(serializers.Serializer[Any]):
    """How much of a limit is used."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField(help_text="0 where nobody said how many accounts the company has.")


class BusySerializer(serializers.Serializer[Any]):
    """A member who got much lately."""

    user_id = serializers.CharField()
    minute = GaugeSerializer()
    hour = GaugeSerializer()


class ClosedSerializer(serializers.Serializer[Any]):
    """An interface that the platform closed to the company for a while."""

    api = serializers.CharField()
    errcode = serializers.IntegerField()
    until = serializers.DateTimeField()


class ForecastSerializer(serializers.Serializer[Any]):
    """When what waits will be through."""

    messages = serializers.IntegerField()
    recipients = serializers.IntegerField()
    through_at = serializers.DateTimeField(allow_null=True, help_text="null while a person must mend something first.")
    because = serializers.ChoiceField(list(BECAUSE), help_text="What it waits for most.")


class QuotaSerializer(serializers.Serializer[Any]):
    """The limits of one application, as they stand."""

    application = serializers.IntegerField(source="application.pk")
    day = GaugeSerializer(help_text="Members written to today; one message to many counts for each.")
    calls_minute = GaugeSerializer(help_text="Calls of the whole company.")
    calls_hour = GaugeSerializer()
    members = BusySerializer(many=True)
    closed = ClosedSerializer(many=True)
    forecast = ForecastSerializer()


class QuotasSerializer(serializers.Serializer[Any]):
    """The limits of every application."""

    applications = QuotaSerializer(many=True)


class CallbackSerializer(RowSerializer[Callback]):
    """Something that WeChat Work told us."""

    xml = serializers.SerializerMethodField(
        help_text="What it said, decrypted. Null without the scope callbacks:text, and once it has been forgotten."
    )

    class Meta:
        model = Callback
        fields = (
            *("id", "application", "kind", "event", "from_user_id", "status", "reason", "suspect", "attempts", "cid"),
            *("sent_at", "created_at", "finished_at", "xml"),
        )
        read_only_fields = fields

    def get_xml(self, callback: Callback) -> str | None:
        who = self.context["request"].user
        scopes = getattr(who, "scopes", None)
        # People see it in the admin too, by the same permission that brought them here.
        return (callback.body or None) if scopes is None or TEXT_SCOPE in scopes else None


class ApplicationSerializer(RowSerializer[Application]):
    """An application, without its keys."""

    corp_id = serializers.CharField(source="corporation.corp_id", read_only=True)
    webhook_url = serializers.SerializerMethodField(help_text="Entered in the console under “Receive messages”.")
    held_reason = serializers.CharField(read_only=True, help_text="Why nothing is sent, and what helps; else empty.")

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
    """What one check found."""

    check = serializers.CharField(source="check.id", help_text="stored-keys, token, trusted-ip or visible-range.")
    level = serializers.ChoiceField(
        [level.value for level in Level], source="finding.level", help_text="skipped: something before it is bad."
    )
    code = serializers.CharField(source="finding.code", help_text="Names what is wrong; empty where nothing is.")
    words = serializers.CharField(source="finding.words")
    remedy = serializers.CharField(source="finding.remedy", help_text="What helps.")
    where = serializers.CharField(source="finding.where", help_text="Where to click.")


class ConnectionSerializer(serializers.Serializer[Any]):
    """How a connection stands."""

    works = serializers.BooleanField(help_text="Whether nothing is bad.")
    checks = FindingSerializer(many=True)
