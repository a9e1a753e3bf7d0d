"""Admin responses without their HTML, or without the menu: permissions and queries are settled before rendering."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.contrib import admin
from django.contrib.admin.templatetags.admin_modify import submit_row
from django.contrib.auth.models import AnonymousUser, User
from django.template import RequestContext, loader
from django.template.response import SimpleTemplateResponse
from django.test import Client

REFUSALS = logging.getLogger("django.request")


@contextmanager
def unrendered() -> Iterator[None]:
    """Pages of the admin are empty meanwhile, without a menu around them: that takes most of the time of a request."""
    no_page = mock.patch.object(SimpleTemplateResponse, "rendered_content", "")
    no_menu = mock.patch.object(admin.site, "each_context", return_value={})
    with no_page, no_menu:
        yield


@contextmanager
def without_menu() -> Iterator[None]:
    """Pages of the admin have no menu meanwhile: that takes a third of the time of a request."""
    whole = admin.site.each_context
    first: dict[str, Any] = {}

    def rest(request: Any) -> dict[str, Any]:
        first.update(first or whole(request))
        return {**first, "sidebar_navigation": [], "available_apps": []}

    with mock.patch.object(admin.site, "each_context", rest):
        yield


@contextmanager
def signed_in(user: User | AnonymousUser) -> Iterator[Client]:
    """A client of this person. The account and its rights are read once, and refusals, which are many, not logged."""
    as_user = mock.patch("django.contrib.auth.get_user", return_value=user)
    quiet = mock.patch.object(REFUSALS, "disabled", True)
    with as_user, quiet:
        yield Client()


def can_be_saved(form: Any) -> bool:
    """Whether a form that was not rendered has a button for that."""
    context = getattr(form, "context_data", None)
    if form.status_code != 200 or not context:
        return False
    line: Any = submit_row(RequestContext(form.wsgi_request, context)).flatten()
    return 'name="_save"' in loader.render_to_string("admin/submit_line.html", line)
