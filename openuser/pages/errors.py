"""The pages for missing or refused addresses, in the product's look and the reader's language."""

import logging
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    text = _("There is nothing at this address. It may have been deleted.")
    return _page(request, status=404, title=_("Page not found"), text=text)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403, for a page or a button that the reader's roles do not open."""
    reader, match = getattr(request, "user", None), request.resolver_match
    told = {"account": getattr(reader, "pk", None), "page": match.view_name if match else ""}
    logger.warning("A page was refused.", extra=told)
    text = _("Your roles do not open this page. Ask an administrator for the right.")
    return _page(request, status=403, title=_("No permission"), text=text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, for a form whose cookie is missing or old."""
    text = _("Nothing was saved. Go back, reload the page and send the form again. Your browser must accept cookies.")
    return _page(request, status=403, title=_("This form has expired"), text=text)


def _page(request: HttpRequest, *, status: int, title: str, text: str) -> HttpResponse:
    if not hasattr(request, "user"):
        request.user = AnonymousUser()  # refused before anything looked at the session
    context = {**admin.site.each_context(request), "title": title, "words": text}
    return TemplateResponse(request, "errors/page.html", context, status=status)
