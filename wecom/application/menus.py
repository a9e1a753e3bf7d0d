"""The menu below the chat: checked as a whole, frozen, and handed to the platform.

Sources: https://developer.work.weixin.qq.com/document/path/90231 (create), /path/90233 (delete).
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.work.base import LeaseLost
from wecom.client import access_tokens, api, retry_policy
from wecom.contents.splitting import size
from wecom.exceptions import ApiError, ContentError, WeComError
from wecom.models import Application, MenuButton, MenuPublication

logger = logging.getLogger(__name__)

NO_MENU = 46003  # there is no menu


@transaction.atomic
def publish_menu(application: Application) -> MenuPublication:
    """The menu of this moment, queued in place of those that wait. See `services.publish_menu`."""
    menu = build_menu(application)
    for earlier in application.menu_publications.filter(status=MenuPublication.Status.QUEUED):
        earlier.cancel(MenuPublication.Reason.SUPERSEDED)
    order_key = f"menu:{application.pk}"
    publication = MenuPublication.objects.create(application=application, buttons=menu, order_key=order_key)
    publication.wake()
    return publication


def build_menu(application: Application) -> list[dict[str, Any]]:
    """The menu as the platform takes it. Raises `ContentError` with words for the first thing that is wrong."""
    return assemble_menu(list(MenuButton.objects.of(application)))


def assemble_menu(rows: list[MenuButton]) -> list[dict[str, Any]]:
    """The same, of the rows of one application in their order."""
    tops = [row for row in rows if row.parent_id is None]
    if len(tops) > MenuButton.TOPS:
        raise _error(_("The bar has %d buttons.") % len(tops), _("Leave three, or put some into a menu."))
    return [_button(top, [row for row in rows if row.parent_id == top.pk]) for top in tops]


FIELDS = ("name", "kind", "key", "url", "app_id", "page")


def menu_buttons(application: Application) -> list[dict[str, Any]]:
    """The buttons by the names of their fields, those of a menu below it."""
    rows = list(MenuButton.objects.of(application))
    found = {row.pk: {name: getattr(row, name) for name in FIELDS} for row in rows}
    for row in rows:
        if row.kind == MenuButton.Kind.MENU:
            found[row.pk]["buttons"] = [found[one.pk] for one in rows if one.parent_id == row.pk]
    return [found[row.pk] for row in rows if row.parent_id is None]


@transaction.atomic
def replace_buttons(application: Application, buttons: Sequence[Mapping[str, Any]]) -> None:
    """Other rows in the place of all that there are. Raises `ContentError` with the path of the field."""
    MenuButton.objects.filter(application=application).delete()
    _add_buttons(application, buttons, parent=None, at="buttons")


def _add_buttons(
    application: Application, buttons: Sequence[Mapping[str, Any]], *, parent: MenuButton | None, at: str
) -> None:
    for number, given in enumerate(buttons):
        fields = {name: given[name] for name in FIELDS if name in given}
        row = MenuButton(application=application, parent=parent, position=number + 1, **fields)
        try:
            row.full_clean()
        except ValidationError as error:
            field, words = next(iter(error.message_dict.items()))
            path = f"{at}[{number}]" + ("" if field in ("__all__", "parent") else f".{field}")
            remedy = _("Correct this button and publish the whole menu again.")
            raise ContentError(" ".join(words), code="menu", field=path, remedy=remedy) from error
        row.save()
        _add_buttons(application, given.get("buttons", ()), parent=row, at=f"{at}[{number}].buttons")


def fetch_menu(application: Application) -> list[dict[str, Any]]:
    """The menu that people see now, asked of the platform; [] where there is none. Raises `WeComError`."""
    where = {"agentid": str(application.agent_id)}
    try:
        answer = access_tokens.with_token(
            application, lambda token: api.get(application.api_base_url, "menu/get", access_token=token, **where)
        )
    except ApiError as error:
        if error.errcode == NO_MENU:
            return []
        raise
    buttons = answer.get("button")
    return [dict(one) for one in buttons if isinstance(one, dict)] if isinstance(buttons, list) else []


def run_publication(pk: int, *, now: datetime | None = None) -> None:
    """Hand a menu to the platform, or put the row back with the reason."""
    publication = MenuPublication.claim(pk, now=now)
    if publication is None:
        return
    try:
        _publish(publication)
    except LeaseLost:
        logger.info("Somebody else publishes this menu.", extra={"publication": publication.pk})


def _publish(publication: MenuPublication) -> None:
    application = publication.application
    if application.menu_publications.filter(pk__gt=publication.pk).exists():
        publication.settle(MenuPublication.Status.CANCELLED, MenuPublication.Reason.SUPERSEDED)
        return
    try:
        access_tokens.with_token(application, lambda token: _call(publication, token))
    except WeComError as error:
        if not (isinstance(error, ApiError) and error.errcode == NO_MENU and not publication.buttons):
            retry_policy.retry_or_fail(publication, application, error)
            return
    publication.settle(MenuPublication.Status.DONE, errcode=0)


def _call(publication: MenuPublication, token: str) -> dict[str, Any]:
    application = publication.application
    where: dict[str, str] = {"agentid": str(application.agent_id), "access_token": token}
    if not publication.buttons:
        return api.get(application.api_base_url, "menu/delete", **where)
    body = json.dumps({"button": publication.buttons}, ensure_ascii=False, separators=(",", ":")).encode()
    return api.post(application.api_base_url, "menu/create", body, **where)


def _button(row: MenuButton, below: list[MenuButton]) -> dict[str, Any]:
    if size(row.name) > row.limit:
        words = _("The name of “%(name)s” is too long for its place.") % {"name": row.name}
        remedy = _("Here %(limit)d bytes are the most; a Chinese character has 3.") % {"limit": row.limit}
        raise _error(words, remedy)
    if row.kind == MenuButton.Kind.MENU:
        return {"name": row.name, "sub_button": _sub_buttons(row, below)}
    if below:
        words = _("“%(name)s” has buttons below it, but does not open a menu.") % {"name": row.name}
        raise _error(words, _("Make it open a menu, or move the buttons."))
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
        words = _("The menu of “%(name)s” has %(count)d buttons.") % {"name": row.name, "count": len(below)}
        raise _error(words, _("Leave five."))
    return [_button(one, []) for one in below]


def _error(words: str, remedy: str) -> ContentError:
    return ContentError(words, code="menu", field="menu", remedy=remedy)
