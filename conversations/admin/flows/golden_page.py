"""The page with the golden conversations of a flow: whether the draft still replies the same, and their coverage."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from conversations import services
from conversations.admin.flows.flow_graph import picture
from conversations.admin.flows.trial.cast import SEE_MEMBERS, kept_cast
from conversations.exceptions import FlowError
from conversations.models import Flow, GoldenConversation

Change = Callable[[HttpRequest, GoldenConversation], str]


def page(model_admin: Any, request: HttpRequest, flow: Flow) -> HttpResponse:
    """Show them; a POST accepts, renames or deletes one."""
    if not request.user.has_perm("conversations.view_goldenconversation"):
        raise PermissionDenied
    if request.method == "POST":
        _change(request, flow)
        return HttpResponseRedirect(_way_back(request))
    machine = services.draft_of(flow)
    comparisons, covered = services.run_golden(flow, machine)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Golden conversations"),
        "opts": model_admin.opts,
        "flow": flow,
        "comparisons": comparisons,
        "differing": sum(comparison.differs for comparison in comparisons),
        "covered": covered,
        "picture": picture(machine, services.golden_marks(machine, covered)),
        "may_see_members": request.user.has_perm(SEE_MEMBERS),
        "may_change": request.user.has_perm("conversations.change_goldenconversation"),
        "may_delete": request.user.has_perm("conversations.delete_goldenconversation"),
    }
    return TemplateResponse(request, "admin/flows/golden.html", context)


def record(request: HttpRequest, flow: Flow) -> HttpResponse:
    """Keep the conversation that was tried as golden, under the name that was given."""
    if not request.user.has_perm("conversations.add_goldenconversation"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])  # the way back would be this address
    tried = request.session.get(f"try-flow-{flow.pk}") or {}
    moment, cast = tried.get("now"), kept_cast(request, tried)
    try:
        golden = services.record_golden(
            flow,
            request.POST.get("name", ""),
            [(act, text) for act, text in tried.get("turns", ())],
            member=cast.member,
            now=datetime.fromisoformat(moment) if moment else None,
            language=cast.language,
            by=request.user,  # type: ignore[arg-type]
        )
    except FlowError as error:
        messages.error(request, f"{error} {error.remedy}")
    else:
        messages.success(request, _("“%s” is a golden conversation now.") % golden)
    return HttpResponseRedirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    """The page that the form was on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else request.get_full_path()


def _change(request: HttpRequest, flow: Flow) -> None:
    act = request.POST.get("act", "")
    wanted = request.POST.get("golden", "")
    golden = get_object_or_404(GoldenConversation, flow=flow, pk=wanted if wanted.isdecimal() else 0)
    permission, change = CHANGES.get(act, ("", None))
    if change is None or not request.user.has_perm(f"conversations.{permission}_goldenconversation"):
        raise PermissionDenied
    try:
        messages.success(request, change(request, golden))
    except FlowError as error:
        messages.error(request, f"{error} {error.remedy}")


def _accept(request: HttpRequest, golden: GoldenConversation) -> str:
    services.accept_golden(golden, by=request.user)  # type: ignore[arg-type]
    return _("What the draft says in “%s” is golden now.") % golden


def _rename(request: HttpRequest, golden: GoldenConversation) -> str:
    services.rename_golden(golden, request.POST.get("name", ""))
    return _("It is called “%s” now.") % golden


def _delete(_request: HttpRequest, golden: GoldenConversation) -> str:
    golden.delete()
    return _("“%s” was deleted.") % golden


CHANGES: dict[str, tuple[str, Change | None]] = {
    "accept": ("change", _accept),
    "rename": ("change", _rename),
    "delete": ("delete", _delete),
}
