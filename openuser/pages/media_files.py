"""Media files, for staff who may view the rows that they belong to and for holders of a signed link: they show
people.
"""

import posixpath
from pathlib import Path

from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from avatars import services as avatars
from avatars.exceptions import AvatarError
from avatars.models import EVIDENCE, STREAMS, WITHHELD
from conversations import services as conversations
from core.confidentiality.access_records import record_access
from core.confidentiality.rights import may_read
from core.web import range_responses, signed_links

MAX_NAME_LENGTH = 200
# What is shown of videos while they are made goes through pages that check the consents each time.
UNSERVED = (STREAMS,)
# The right to view what a file belongs to. Files in other folders are for superusers only.
FOLDER_PERMISSIONS = {
    "inbound": "wecom.view_download",
    "uploads": "wecom.view_upload",
    "portraits": "avatars.view_digitalhuman",
    "scenery": "avatars.view_digitalhuman",
    "renders": "avatars.view_render",
    "campaigns": "scheduling.view_campaign",
    "flows": "conversations.view_state",
    "answers": "conversations.view_answer",
    "desk": "conversations.view_ticket",
    "documents": "conversations.view_document",
    "recordings": "avatars.view_render",
    "renditions": "avatars.view_rendition",
    "narrations": "avatars.view_narration",
    EVIDENCE: "avatars.read_consent",
    WITHHELD: "avatars.read_consent",
}

# Of these, files that have what members said need the right to read it as well.
SAID_IN = ("inbound", "renders", "renditions", "recordings", "narrations", "desk")


def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """A media file, or the requested range of it."""
    if posixpath.normpath(name).partition("/")[0] in UNSERVED:
        raise Http404
    if signed_links.is_valid_key(name, request.GET.get("key", "")):
        return range_responses.serve(request, _shown(name))
    return _serve_to_staff(request, name)


@staff_member_required
def _serve_to_staff(request: HttpRequest, name: str) -> HttpResponseBase:
    return range_responses.serve(request, _find_permitted(request, name))


@staff_member_required
def listen(request: HttpRequest, name: str) -> HttpResponse:
    """A voice message as WAV, because browsers cannot play AMR."""
    return HttpResponse(avatars.to_wav(_find_permitted(request, name)), content_type="audio/wav")


def _find_permitted(request: HttpRequest, name: str) -> Path:
    # Normalised, because `..` could otherwise lead into a protected folder.
    folder = posixpath.normpath(name).partition("/")[0]
    required = FOLDER_PERMISSIONS.get(folder)
    if folder in UNSERVED:
        raise Http404
    if required is None and not request.user.is_superuser:
        raise Http404
    if required is not None and not request.user.has_perm(required):
        raise PermissionDenied
    if folder in SAID_IN:
        _check_words(request, name, folder)
    return _shown(name)


def _check_words(request: HttpRequest, name: str, folder: str) -> None:
    """Files with the words of a member are for readers of conversations, and for those who serve that member."""
    if folder == "desk":
        if not (may_read(request.user) or request.user.has_perm("conversations.answer_ticket")):
            raise PermissionDenied
        return
    path = posixpath.normpath(name)
    if folder == "inbound":
        people, serves = conversations.people_of_file(path), conversations.serves_file(request.user, path)
    else:
        member = avatars.member_in_file(path)
        people, serves = [member] if member else [], False
        if member is None and folder != "narrations":
            return
    if not may_read(request.user) and not serves:
        raise PermissionDenied
    record_access(request.user, "media", people=people)


def _shown(name: str) -> Path:
    """A file that may be shown: neither a link nor a right outlives the consent of the person in a video."""
    try:
        avatars.check_media_consent(name)
    except AvatarError as error:
        raise Http404 from error
    return _find(name)


def _find(name: str) -> Path:
    if len(name) > MAX_NAME_LENGTH:
        raise Http404
    try:
        file = Path(default_storage.path(name))
    except (SuspiciousFileOperation, OSError) as error:
        raise Http404 from error
    if not file.is_file():
        raise Http404
    return file
