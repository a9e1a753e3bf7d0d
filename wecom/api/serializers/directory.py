"""Members, departments, tags and syncs as the API shows and takes them."""

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import serializers

from core.text.name_pinyin import check_pinyin
from core.web.api_fields import ChoiceField, StrictCharField, StrictModelSerializer, StrictRegexField, StrictSerializer
from wecom.models import Application, Department, DirectorySync, Member, Tag

OPTIONAL: dict[str, Any] = {"required": False, "allow_blank": True}
USER_ID = r"^[^\s|@][^\s|]{0,63}$"


class LanguageField(ChoiceField):
    """A member's language."""

    def __init__(self, **options: Any) -> None:
        choices = [("", "as they write"), *Member.Language.choices]
        super().__init__(choices, **(OPTIONAL | {"help_text": "Empty: the language that the member writes."} | options))


class PinyinField(StrictCharField):
    """How a member's name is read."""

    def __init__(self, **options: Any) -> None:
        help_text = "Pinyin with tones, of the name or of the surname alone: `céng zhì wěi`, `ceng2`."
        super().__init__(**(OPTIONAL | {"max_length": 120, "help_text": help_text} | options))


class MemberSerializer(StrictModelSerializer[Member]):
    """A member of the company."""

    user_id = StrictRegexField(
        USER_ID, max_length=64, help_text="User ID in WeChat Work, in lower case, because WeChat Work ignores case."
    )

    status = ChoiceField([("", "not known"), *Member.Status.choices], read_only=True)
    gender = ChoiceField([("", "not known"), *Member.Gender.choices], read_only=True)
    language = LanguageField()
    pinyin = PinyinField()
    departments = serializers.SerializerMethodField(help_text="IDs in WeChat Work.")
    leads = serializers.SerializerMethodField(help_text="Departments the member leads, by ID.")
    main_department = serializers.SerializerMethodField(help_text="ID in WeChat Work.")
    reachable_by = serializers.SerializerMethodField(help_text="Applications that can see the member.")
    unreachable_by = serializers.SerializerMethodField(help_text="Applications that can't write to the member.")

    class Meta:
        model = Member
        fields = (
            *("id", "user_id", "name", "pinyin", "language", "alias", "position", "gender", "status"),
            *("departments", "leads"),
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
        return sorted(row.application_id for row in member.application_members.all() if row.in_range)

    def get_unreachable_by(self, member: Member) -> list[int]:
        return sorted(row.application_id for row in member.application_members.all() if row.in_range is False)

    def validate_user_id(self, user_id: str) -> str:
        return user_id.lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _with_pinyin_checked(self.instance, attrs)


class MemberChangeSerializer(StrictModelSerializer[Member]):
    """Changes to a member."""

    language = LanguageField()
    pinyin = PinyinField()

    class Meta:
        model = Member
        fields = ("name", "pinyin", "language")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _with_pinyin_checked(self.instance, attrs)


def _with_pinyin_checked(before: Member | None, attrs: dict[str, Any]) -> dict[str, Any]:
    before = before or Member()
    reading = attrs.get("pinyin", before.pinyin)
    if reading:
        try:
            check_pinyin(attrs.get("name", before.name), reading)
        except ModelValidationError as error:
            raise serializers.ValidationError(serializers.as_serializer_error(error)) from error
    return attrs


class DepartmentSerializer(StrictModelSerializer[Department]):
    """A department. `parent` is the ID of its parent, 0 for the company."""

    member_count = serializers.IntegerField(
        read_only=True, help_text="Members of this department, without those below it."
    )

    class Meta:
        model = Department
        fields = ("id", "number", "parent_number", "name", "name_en", "order", "leaders", "member_count", "gone_at")
        read_only_fields = fields


class TagSerializer(StrictModelSerializer[Tag]):
    """A tag of members and departments."""

    member_count = serializers.IntegerField(read_only=True)
    departments = serializers.SerializerMethodField(help_text="IDs in WeChat Work.")

    class Meta:
        model = Tag
        fields = ("id", "number", "name", "departments", "member_count", "gone_at")
        read_only_fields = fields

    def get_departments(self, tag: Tag) -> list[int]:
        return sorted(place.number for place in tag.departments.all())


class DirectorySyncSerializer(StrictModelSerializer[DirectorySync]):
    """The state of a sync. `notes` list parts that could not be read; then no member is marked as left."""

    stage = ChoiceField([("", "not begun"), *DirectorySync.Stage.choices], read_only=True)
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
    """The application to sync through."""

    application = serializers.PrimaryKeyRelatedField(
        queryset=Application.objects.select_related("corporation"),
        required=False,
        help_text="Uses the default application if empty.",
    )
