"""The menu below the chat: checked as a whole, frozen, and published.

Sources: https://developer.work.weixin.qq.com/document/path/90231 (create), /path/90233 (delete).
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.work.base import LeaseLost
from wecom.client import api, retry_policy
from wecom.contents.splitting import size
from wecom.exceptions import ApiError, ContentError, WeComError
from wecom.models import Application, MenuButton, MenuPublication

logger = logging.getLogger(__name__)

NO_MENU = 46003  # there is no menu


@transaction.atomic
def publish_menu(application: Application) -> MenuPublication:
    """Publish the buttons of this application in place of the menu that members see; no buttons, no menu.

    Raises `ContentError` for buttons that the platform would refuse.
    """
    menu = build_menu(application)
    for earlier in application.menu_publications.filter(status=MenuPublication.Status.QUEUED):
        earlier.cancel(MenuPublication.Reason.SUPERSEDED)
    order_key = f"menu:{application.pk}"
    publication = MenuPublication.objects.create(application=application, buttons=menu, order_key=order_key)
    publication.wake()
    return publication


def build_menu(application: Application) -> list[dict[str, Any]]:
    """The menu as the platform takes it. Raises `ContentError` for the first mistake."""
    return assemble_menu(list(MenuButton.objects.of(application)))


def assemble_menu(rows: list[MenuButton]) -> list[dict[str, Any]]:
    """The same, from the rows of one application in their order."""
    tops = [row for row in rows if row.parent_id is None]
    if len(tops) > MenuButton.TOPS:
        raise _error(_("The bar has %d buttons.") % len(tops), _("Leave three, or put some into a menu."))
    return [_button(top, [row for row in rows if row.parent_id == top.pk]) for top in tops]


FIELDS = ("name", "kind", "key", "url", "app_id", "page")


def get_menu(application: Application) -> dict[str, Any]:
    """The `buttons` of the menu as they stand here, and the last `publication` or None."""
    return {"buttons": _buttons(application), "publication": application.menu_publications.order_by("pk").last()}


def _buttons(application: Application) -> list[dict[str, Any]]:
    rows = list(MenuButton.objects.of(application))
    buttons = {row.pk: {name: getattr(row, name) for name in FIELDS} for row in rows}
    for row in rows:
        if row.kind == MenuButton.Kind.MENU:
            buttons[row.pk]["buttons"] = [buttons[child.pk] for child in rows if child.parent_id == row.pk]
    return [buttons[row.pk] for row in rows if row.parent_id is None]


@transaction.atomic
def replace_menu(application: Application, buttons: Sequence[Mapping[str, Any]]) -> MenuPublication:
    """Replace all buttons and publish the menu; without buttons there is no menu.

    Each has a `name` and a `kind`, and a `key`, `url`, or `app_id` and `page`; one of kind "menu" has `buttons`. Raises
    `ContentError`, with the path of the field, for a menu that the platform would refuse; nothing has changed then.
    """
    MenuButton.objects.filter(application=application).delete()
    _add_buttons(application, buttons, parent=None, at="buttons")
    return publish_menu(application)


def _add_buttons(
    application: Application, buttons: Sequence[Mapping[str, Any]], *, parent: MenuButton | None, at: str
) -> None:
    for number, button in enumerate(buttons):
        fields = {name: button[name] for name in FIELDS if name in button}
        row = MenuButton(application=application, parent=parent, position=number + 1, **fields)
        try:
            row.full_clean()
        except ValidationError as error:
            field, faults = next(iter(error.message_dict.items()))
            path = f"{at}[{number}]" + ("" if field in ("__all__", "parent") else f".{field}")
            remedy = _("Correct this button and publish the whole menu again.")
            raise ContentError(" ".join(faults), code="menu", field=path, remedy=remedy) from error
        row.save()
        _add_buttons(application, button.get("buttons", ()), parent=row, at=f"{at}[{number}].buttons")


def fetch_menu(application: Application) -> list[dict[str, Any]]:
    """The menu that members see now, asked of the platform; [] if there is none. Raises `WeComError`."""
    try:
        answer = api.get(application, "menu/get", agentid=str(application.agent_id))
    except ApiError as error:
        if error.errcode == NO_MENU:
            return []
        raise
    buttons = answer.get("button")
    return [dict(button) for button in buttons if isinstance(button, dict)] if isinstance(buttons, list) else []


def run_publication(pk: int, *, now: datetime | None = None) -> None:
    """Publish a menu, or put the row back with the reason."""
    publication = MenuPublication.claim(pk, now=now)
    if publication is None:
        return
    try:
        _publish(publication)
    except LeaseLost:
        logger.info("Another worker publishes this menu.", extra={"publication": publication.pk})


def _publish(publication: MenuPublication) -> None:
    application = publication.application
    if application.menu_publications.filter(pk__gt=publication.pk).exists():
        publication.settle(MenuPublication.Status.CANCELLED, MenuPublication.Reason.SUPERSEDED)
        return
    try:
        _call(publication)
    except WeComError as error:
        if not (isinstance(error, ApiError) and error.errcode == NO_MENU and not publication.buttons):
            retry_policy.retry_or_fail(publication, application, error)
            return
    publication.settle(MenuPublication.Status.DONE, errcode=0)


def _call(publication: MenuPublication) -> None:
    application = publication.application
    agent_id = str(application.agent_id)
    if publication.buttons:
        api.post(application, "menu/create", {"button": publication.buttons}, agentid=agent_id)
    else:
        api.get(application, "menu/delete", agentid=agent_id)


def _button(row: MenuButton, below: list[MenuButton]) -> dict[str, Any]:
    if size(row.name) > row.limit:
        fault = _("The name of “%(name)s” is too long for its place.") % {"name": row.name}
        remedy = _("Here %(limit)d bytes are the most; a Chinese character has 3.") % {"limit": row.limit}
        raise _error(fault, remedy)
    if row.kind == MenuButton.Kind.MENU:
        return {"name": row.name, "sub_button": _sub_buttons(row, below)}
    if below:
        fault = _("“%(name)s” has buttons below it, but does not open a menu.") % {"name": row.name}
        raise _error(fault, _("Make it open a menu, or move the buttons."))
    return {"type": row.kind, "name": row.name, **_target(row)}


def _target(row: MenuButton) -> dict[str, str]:
    if row.kind == MenuButton.Kind.VIEW:
        return {"url": row.url}
    if row.kind == MenuButton.Kind.MINI_PROGRAM:
        return {"pagepath": row.page, "appid": row.app_id}
    return {"key": row.key}


def _sub_buttons(row: MenuButton, below: list[MenuButton]) -> list[dict[str, Any]]:
    if row.parent_id or not below:
        raise _error(
            _("The menu of “%(name)s” is empty.") % {"name": row.name}, _("Put buttons into it, or delete it.")
        )
    if len(below) > MenuButton.SUBS:
        fault = _("The menu of “%(name)s” has %(count)d buttons.") % {"name": row.name, "count": len(below)}
        raise _error(fault, _("Leave five."))
    return [_button(button, []) for button in below]


def _error(fault: str, remedy: str) -> ContentError:
    return ContentError(fault, code="menu", field="menu", remedy=remedy)
