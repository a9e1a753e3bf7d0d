"""Members added and changed by hand or by a program."""

from django.db import transaction

from wecom.client.handler_context import current_application
from wecom.exceptions import ContentError
from wecom.models import Application, Member
from wecom.signals import Author, language_chosen


def get_or_create_member(application: Application, user_id: str) -> Member:
    """The member with this user ID, created on first contact."""
    member, _ = Member.objects.get_or_create(corporation=application.corporation, user_id=user_id.lower())
    return member


@transaction.atomic
def add_member(
    user_id: str, *, name: str = "", pinyin: str = "", language: str = "", application: Application | None = None
) -> Member:
    """Add a member. Raises `ContentError` if the user ID exists."""
    corporation = (application or current_application()).corporation
    values = {"name": name, "pinyin": pinyin, "language": language}
    member, created = Member.objects.get_or_create(corporation=corporation, user_id=user_id.lower(), defaults=values)
    if not created:
        remedy = f"Change member {member.pk} instead."
        raise ContentError("There is a member with this user ID.", code="unique", field="user_id", remedy=remedy)
    return member


@transaction.atomic
def change_member(
    member: Member,
    *,
    name: str | None = None,
    pinyin: str | None = None,
    language: str | None = None,
    author: Author | None = None,
) -> Member:
    """Set the given fields, checked by `Member.clean`. A new language is announced by `language_chosen`."""
    wished = {"name": name, "pinyin": pinyin, "language": language}
    values = {field: value for field, value in wished.items() if value is not None}
    before = Member.objects.filter(pk=member.pk).values_list("language", flat=True).first()
    for field, value in values.items():
        setattr(member, field, value)
    member.save(update_fields=list(values))
    if language is not None and language != before:
        language_chosen.send(Member, before={member.pk: before or ""}, author=author)
    return member
