"""Files of the media folder, for staff, and for whoever has a link: portraits and videos are of people."""

from pathlib import Path

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils._os import safe_join

from openuser.lib import links, ranges

LONGEST = 200


def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the media folder, whole or the one range asked for."""
    if links.opens(name, request.GET.get("key", "")):
        return ranges.serve(request, _find(name))
    return _for_staff(request, name)


@staff_member_required
def _for_staff(request: HttpRequest, name: str) -> HttpResponseBase:
    return ranges.serve(request, _find(name))


def _find(name: str) -> Path:
    try:
        file = Path(safe_join(str(settings.MEDIA_ROOT), name))
    except SuspiciousFileOperation as error:
        raise Http404 from error
    if len(name) > LONGEST or not file.is_file():
        raise Http404
    return file
