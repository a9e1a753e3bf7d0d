"""Members, departments, tags and syncs as the API shows and takes them."""

from rest_framework import serializers

from core.web.api_fields import StrictModelSerializer, StrictRegexField, StrictSerializer
from wecom.models import Application, Department, DirectorySync, Member, Tag

USER_ID = r"^[^\s|@][^\s|]{0,63}$"


class MemberSerializer(StrictModelSerializer[Member]):
    """A person in the company."""

    user_id = StrictRegexField(
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


class MemberChangeSerializer(StrictModelSerializer[Member]):
    """What can be changed of a member."""

    class Meta:
        model = Member
        fields = ("name",)


class DepartmentSerializer(StrictModelSerializer[Department]):
    """A department; its place in the tree is the number of its parent, 0 for the whole company."""

    member_count = serializers.IntegerField(read_only=True, help_text="In it, not in those below.")

    class Meta:
        model = Department
        fields = ("id", "number", "parent_number", "name", "name_en", "order", "leaders", "member_count", "gone_at")
        read_only_fields = fields


class TagSerializer(StrictModelSerializer[Tag]):
    """A tag of members and departments."""

    member_count = serializers.IntegerField(read_only=True)
    departments = serializers.SerializerMethodField(help_text="Their numbers.")

    class Meta:
        model = Tag
        fields = ("id", "number", "name", "departments", "member_count", "gone_at")
        read_only_fields = fields

    def get_departments(self, tag: Tag) -> list[int]:
        return sorted(place.number for place in tag.departments.all())


class DirectorySyncSerializer(StrictModelSerializer[DirectorySync]):
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


class DirectorySyncRequestSerializer(StrictSerializer):
    """Through which application to read."""

    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="By default the default application.",
    )
