"""*Why?* of a message in the admin: sentences, with links to rows that the account may view."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from conversations import services
from conversations.admin.flows.flow_graph import picture_of
from conversations.explanations.explanation_values import Explanation, Line, Link
from conversations.models import Conversation, Message
from conversations.signals import entry_explained
from core.confidentiality.rights import may_read

ASK = "conversations.view_message"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The lines with one label, as the page shows them: words, and an address or ""."""

    label: str
    rows: tuple[tuple[str, str], ...]


def panel(message: Message, user: PermissionsMixin | AnonymousUser, *, with_picture: bool = True) -> SafeString:
    """Why a message was sent, for this account."""
    explanation = services.explain_message(message)
    draws = with_picture and explanation.version is not None and user.has_perm("conversations.view_flowversion")
    return _rendered(
        explanation, user, picture=picture_of(explanation.version, here=explanation.state) if draws else ""
    )


def dialog(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The same in a dialog, for the thread of a conversation."""
    message = get_object_or_404(Message.objects.select_related("content"), pk=pk, direction=Message.Direction.OUT)
    if not model_admin.has_view_permission(request, message) or not may_read(request.user):
        raise PermissionDenied
    context = {"message": message, "panel": panel(message, request.user, with_picture=False)}
    return TemplateResponse(request, "admin/conversations/why_dialog.html", context)


def entry_dialog(model_admin: Any, request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The same for an entry of the thread that is no `Message`, such as a message of a campaign."""
    conversation = get_object_or_404(Conversation.objects.select_related("member", "application"), pk=pk)
    if not model_admin.has_view_permission(request, conversation) or not request.user.has_perm(ASK):
        raise PermissionDenied
    whose = {"member": conversation.member, "application": conversation.application}
    answers: Any = entry_explained.send(Conversation, key=key, **whose)
    explanation = next((answer for _receiver, answer in answers if answer is not None), None)
    if explanation is None:
        raise Http404
    context = {"panel": _rendered(explanation, request.user)}
    return TemplateResponse(request, "admin/conversations/why_dialog.html", context)


def _rendered(
    explanation: Explanation, user: PermissionsMixin | AnonymousUser, *, picture: SafeString | str = ""
) -> SafeString:
    context = {"explanation": explanation, "groups": list(_grouped(explanation.lines, user)), "picture": picture}
    return render_to_string("admin/conversations/why.html", context)


def _grouped(lines: Iterable[Line], user: PermissionsMixin | AnonymousUser) -> Iterable[Shown]:
    """Lines that follow one another under one label."""
    label, rows = "", list[tuple[str, str]]()
    for line in lines:
        if rows and line.label != label:
            yield Shown(label=label, rows=tuple(rows))
            rows = []
        label = line.label
        rows.append((line.words, _address(line.link, user)))
    if rows:
        yield Shown(label=label, rows=tuple(rows))


def _address(link: Link | None, user: PermissionsMixin | AnonymousUser) -> str:
    """The page of a row; "" if there is none, or the account may not view it."""
    if link is None:
        return ""
    app, _dot, model = link.model.lower().partition(".")
    if not user.has_perm(f"{app}.view_{model}"):
        return ""
    try:
        address = reverse(f"admin:{app}_{model}_change", args=[link.pk])
    except NoReverseMatch:
        return ""
    return f"{address}?{link.query}" if link.query else address
