"""The admin's sidebar: by what people do, not by app."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

SECTIONS = (
    ("Talk", (("conversations", "conversation", "forum"), ("conversations", "answer", "quiz"))),
    (
        "Digital humans",
        (("avatars", "digitalhuman", "face"), ("avatars", "voice", "mic"), ("avatars", "render", "movie")),
    ),
    (
        "WeChat Work",
        (
            ("wecom", "application", "apps"),
            ("conversations", "desk", "desk"),
            ("wecom", "member", "badge"),
            ("wecom", "callback", "call_received"),
            ("wecom", "outbound", "send"),
            ("conversations", "message", "chat"),
            ("wecom", "upload", "upload_file"),
        ),
    ),
    (
        "System",
        (("auth", "user", "person"), ("auth", "group", "group"), ("django_celery_beat", "periodictask", "timer")),
    ),
)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation: only what this person may see."""
    names = {"Talk": _("Talk"), "Digital humans": _("Digital humans"), "WeChat Work": _("WeChat Work")}
    return [
        {"title": names.get(title, _("System")), "separator": True, "items": list(_items(request, entries))}
        for title, entries in SECTIONS
    ]


def _items(request: HttpRequest, entries: tuple[tuple[str, str, str], ...]) -> Any:
    for app, model, icon in entries:
        if request.user.has_perm(f"{app}.view_{model}"):
            title = str(apps.get_model(app, model)._meta.verbose_name_plural)
            yield {
                "title": title[:1].upper() + title[1:],
                "icon": icon,
                "link": reverse(f"admin:{app}_{model}_changelist"),
            }
