"""The files and members that a message refers to, and the names that `enable_id_trans` puts in place of IDs."""

import re
from pathlib import Path
from typing import Any

from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.media.storage import find_media, media_fields
from wecom.emulator.messages import card_fields
from wecom.emulator.messages.contents import Content
from wecom.emulator.models import App, Department, Member

# Files that the platform can show in a confidential message: https://developer.work.weixin.qq.com/document/path/90236.
SAFE_FILES = {
    *(".txt", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".xml"),
    *(".jpg", ".jpeg", ".png", ".bmp", ".gif"),
}
TOKEN = re.compile(r"\$(userName|userAlias|userAliasOrName|departmentName)=([^$\s]{1,64})\$")
# Fields whose IDs are translated, by message type; "*" is every item of a list.
TRANSLATED = {
    "text": ("content",),
    "textcard": ("title", "description"),
    "news": ("articles.*.title", "articles.*.description"),
    "mpnews": ("articles.*.title", "articles.*.digest", "articles.*.content"),
    "miniprogram_notice": ("title", "description", "content_item.*.value"),
    "template_card": (
        *("source.desc", "main_title.title", "main_title.desc", "sub_title_text"),
        "horizontal_content_list.*.value",
    ),
}


def resolve(app: App, content: Content) -> dict[str, Any]:
    """The fields as a chat shows them. Raises `ApiError` for a file or member that does not exist."""
    fields = dict(content.fields)
    if content.media_id is not None:
        row = find_media(app.corp, content.media_id, kind=content.msgtype)
        if content.safe and content.msgtype == "file" and Path(row.filename).suffix.lower() not in SAFE_FILES:
            raise ApiError(40005, "this file cannot be safe")
        fields.update(media_fields(row))
    if content.msgtype == "mpnews":
        fields["articles"] = [_with_thumbnail(app, article) for article in fields["articles"]]
    if content.msgtype == "template_card":
        check_card(app, fields)
    if content.safe:
        fields["safe"] = content.safe
    return translate_ids(app, content.msgtype, fields) if content.translate else fields


def check_card(app: App, card: dict[str, Any]) -> None:
    """Check the files and members that a card links to. Raises `ApiError` 42029 or 42050."""
    for media_id in card_fields.media_ids(card):
        try:
            find_media(app.corp, media_id, kind="file")
        except ApiError as error:
            raise ApiError(42029) from error
    for userid in card_fields.user_ids(card):
        if not Member.objects.filter(corp=app.corp, userid__iexact=userid).exists():
            raise ApiError(42050)


def translate_ids(app: App, msgtype: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with names in place of IDs. Unknown IDs stay as they are."""
    for path in TRANSLATED.get(msgtype, ()):
        fields = _translate_at(app, fields, path.split("."))
    return fields


def _with_thumbnail(app: App, article: dict[str, Any]) -> dict[str, Any]:
    row = find_media(app.corp, article["thumb_media_id"], kind="image")
    return {**article, "thumb_url": media_fields(row)["media_url"]}


def _translate_at(app: App, value: Any, path: list[str]) -> Any:
    if not path:
        return TOKEN.sub(lambda match: _name_of(app, match), value) if isinstance(value, str) else value
    if path[0] == "*":
        return [_translate_at(app, item, path[1:]) for item in value]
    if not isinstance(value, dict) or value.get(path[0]) is None:
        return value
    return {**value, path[0]: _translate_at(app, value[path[0]], path[1:])}


def _name_of(app: App, match: re.Match[str]) -> str:
    kind, name = match.groups()
    if kind == "departmentName":
        department = Department.objects.filter(corp=app.corp, number=int(name)).first() if name.isdecimal() else None
        return department.name if department else match[0]
    member = Member.objects.filter(corp=app.corp, userid__iexact=name).first()
    return member.name if member else match[0]
