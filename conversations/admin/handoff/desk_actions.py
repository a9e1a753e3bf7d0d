"""Acts of operators at the desk: answer, note, take, assign, transfer, hand back, close. Each calls one service."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import services
from conversations.admin.handoff.desk_page import ANSWER
from conversations.admin.handoff.thread import FOLDER
from conversations.exceptions import HandoffRefused
from conversations.models import Conversation, Operator, OperatorGroup, Ticket
from core.confidentiality.rights import may_read
from core.exceptions import OpenUserError

FEWEST_BYTES, MOST_BYTES = 6, 20 * 1024 * 1024  # WeChat Work takes files of more than 5 bytes
LONGEST_NAME = 80  # characters of a file's name


@require_POST
def say_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends an answer to the member, or keeps a note. Answers JSON to the page's script, else leads back."""
    ticket = _permitted(request, pk)
    try:
        _say(request, ticket)
    except (OpenUserError, OSError) as error:
        return _refused(request, ticket, error)
    if _wants_json(request):
        return JsonResponse({"said": True})
    return _back(request, ticket)


@require_POST
def act_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Does the act of a ticket's button."""
    ticket = _permitted(request, pk)
    act = ACTIONS.get(request.POST.get("act", ""))
    if act is None:
        raise PermissionDenied
    try:
        messages.success(request, act(request, ticket, services.operator_of(request.user)))  # type: ignore[arg-type]
    except OpenUserError as error:
        return _refused(request, ticket, error)
    return _back(request, ticket)


@require_POST
def take_conversation_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes over a running conversation, whose member has not asked for a person."""
    if not request.user.has_perm(ANSWER) or not may_read(request.user):
        raise PermissionDenied
    conversation = get_object_or_404(Conversation.objects.select_related("application", "member"), pk=pk)
    try:
        ticket = services.take_conversation(conversation, services.operator_of(request.user))  # type: ignore[arg-type]
    except OpenUserError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:conversations_conversation_change", args=[pk]))
    return HttpResponseRedirect(reverse("desk-ticket", args=[ticket.pk]))


def _say(request: HttpRequest, ticket: Ticket) -> None:
    operator = services.operator_of(request.user)  # type: ignore[arg-type]
    text, file = request.POST.get("text", ""), request.FILES.get("file")
    if request.POST.get("as") == "note":
        services.add_note(ticket, text, by=operator)
        return
    if isinstance(file, UploadedFile):
        _send_file(ticket, operator, file)
        if not text.strip():
            return
    services.answer_ticket(ticket, operator, text, as_video=request.POST.get("as") == "video")


def _send_file(ticket: Ticket, operator: Operator, file: "UploadedFile[Any]") -> None:
    filename = Path(Path(file.name or "file").name)
    suffix = filename.suffix[-LONGEST_NAME + 1 :]
    name = _keep(file, suffix)
    try:
        shown = f"{filename.stem[: LONGEST_NAME - len(suffix)]}{suffix}"
        message = services.answer_ticket(ticket, operator, file=name, filename=shown)
    except (OpenUserError, OSError):
        default_storage.delete(name)  # no message names it
        raise
    upload = message.outbound.upload if message.outbound else None
    if upload and upload.path != name:
        default_storage.delete(name)  # the same bytes are there from an earlier message


def _keep(file: "UploadedFile[Any]", suffix: str) -> str:
    """Store an uploaded file: its name in the media storage. Raises `HandoffRefused` if it is too big, or empty."""
    if (file.size or 0) > MOST_BYTES:
        fault, remedy = _("The file has more than 20 MB."), _("Send a smaller one, or a link to it.")
        raise HandoffRefused(fault, code="file_too_large", field="file", remedy=remedy)
    if (file.size or 0) < FEWEST_BYTES:
        too_small = _("WeChat Work takes no file of less than %d bytes.") % FEWEST_BYTES
        fault = too_small if file.size else _("The file is empty.")
        raise HandoffRefused(fault, code="file_empty", field="file", remedy=_("Choose another file."))
    return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}{suffix[:20]}", file)


def _take(request: HttpRequest, ticket: Ticket, operator: Operator) -> str:
    services.take_ticket(ticket, operator, take_over=request.POST.get("act") == "take_over")
    return _("You answer %s now.") % ticket.conversation.member


def _assign(request: HttpRequest, ticket: Ticket, operator: Operator) -> str:
    to = _chosen(Operator, request.POST.get("operator", ""), "operator", _("Choose an operator."))
    services.assign_ticket(ticket, to, by=operator)
    return _("%(who)s answers %(member)s now.") % {"who": to.name, "member": ticket.conversation.member}


def _transfer(request: HttpRequest, ticket: Ticket, operator: Operator) -> str:
    group = _chosen(OperatorGroup, request.POST.get("group", ""), "group", _("Choose a group."))
    services.transfer_ticket(ticket, group, by=operator)
    return _("%(member)s waits for “%(group)s” now.") % {"member": ticket.conversation.member, "group": group.name}


def _hand_back(_request: HttpRequest, ticket: Ticket, operator: Operator) -> str:
    services.hand_back(ticket, by=operator)
    return _("%s is with the digital human again.") % ticket.conversation.member


def _close(_request: HttpRequest, ticket: Ticket, operator: Operator) -> str:
    services.close_ticket(ticket, by=operator)
    return _("Solved: %s is with the digital human again.") % ticket.conversation.member


def _chosen(model: Any, key: str, field: str, remedy: str) -> Any:
    row = model.objects.filter(pk=key).first() if key.isdecimal() else None
    if row is None:
        raise HandoffRefused(_("Nothing is chosen."), code="empty", field=field, remedy=remedy)
    return row


def _permitted(request: HttpRequest, pk: int) -> Ticket:
    if not request.user.has_perm(ANSWER):
        raise PermissionDenied
    return get_object_or_404(Ticket.objects.select_related("conversation__member", "operator"), pk=pk)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(request: HttpRequest, ticket: Ticket, error: Exception) -> HttpResponse:
    fault = str(error) if isinstance(error, OpenUserError) else _("The file could not be read.")
    if _wants_json(request):
        return JsonResponse({"error": fault})
    messages.error(request, fault)
    return _back(request, ticket)


def _back(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The page of the ticket, with the list that it came from."""
    query = request.POST.get("query", "")
    address = reverse("desk-ticket", args=[ticket.pk])
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


Act = Callable[[HttpRequest, Ticket, Operator], str]
ACTIONS: dict[str, Act] = {
    "take": _take,
    "take_over": _take,
    "assign": _assign,
    "transfer": _transfer,
    "hand_back": _hand_back,
    "close": _close,
}
