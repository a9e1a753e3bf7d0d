"""Admin responses without their HTML: permissions and queries are settled before rendering."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.contrib import admin
from django.template.response import SimpleTemplateResponse


@contextmanager
def unrendered() -> Iterator[None]:
    """Pages of the admin are empty meanwhile, without a menu around them: that takes most of the time of a request."""
    no_page = mock.patch.object(SimpleTemplateResponse, "rendered_content", "")
    no_menu = mock.patch.object(admin.site, "each_context", return_value={})
    with no_page, no_menu:
        yield
