"""The page before a publication: problems, changes, and the golden conversations that differ."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from conversations import services
from conversations.admin.flows import plan_form
from conversations.admin.flows.flow_graph import faults, picture
from conversations.exceptions import FlowError
from conversations.flows.differences import diff
from conversations.flows.graph.changes import merged
from conversations.models import Flow
from core.web.admin import change_url

LONGEST = 200  # characters of the note and of the reason


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The form of the page, as it was sent."""

    note: str = ""
    despite: str = ""


def page(model_admin: Any, request: HttpRequest, flow: Flow) -> HttpResponse:
    """Show the changes of a publication; a POST publishes."""
    filled = Filled()
    may_override = request.user.has_perm("conversations.override_goldenconversation")
    if request.method == "POST":
        plan = plan_form.chosen(services.plan_impacts(flow, services.draft_of(flow)), request.POST)
        reason = request.POST.get("despite", "").strip()[:LONGEST] if may_override else ""
        filled = Filled(note=request.POST.get("note", "").strip()[:LONGEST], despite=reason)
        try:
            version = services.publish_planned(
                flow,
                by=request.user,  # type: ignore[arg-type]
                note=filled.note,
                despite=filled.despite,
                plan=plan,
            ).version
        except FlowError as error:
            messages.error(request, f"{error} {error.remedy}")
        else:
            messages.success(request, _("Version %d runs now.") % version.number)
            return HttpResponseRedirect(change_url(flow))
    draft, live = services.draft_of(flow), services.readable_machine(flow.live)
    comparisons, covered = services.run_golden(flow, draft)
    problems = faults(flow)
    differing = [comparison for comparison in comparisons if comparison.differs]
    of_callers = services.run_callers_golden(flow, draft)
    differing_callers = [comparison for comparison in of_callers if comparison.differs]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Publish “%s”") % flow,
        "opts": model_admin.opts,
        "flow": flow,
        "filled": filled,
        "faults": problems,
        "is_faulty": any(fault.problem.is_error for fault in problems),
        "changes": diff(live, draft) if live else [],
        "picture": picture(*merged(live, draft)) if live else picture(draft),
        "plan_rows": plan_form.rows(
            services.plan_impacts(flow, draft), request.POST if request.method == "POST" else None
        ),
        "golden_count": len(comparisons),
        "differing": differing,
        "caller_count": len(of_callers),
        "differing_callers": differing_callers,
        "is_differing": bool(differing or differing_callers),
        "covered": covered,
        "may_override": may_override,
        "may_accept": request.user.has_perm("conversations.change_goldenconversation"),
        "next_number": services.next_version_number(flow),
    }
    return TemplateResponse(request, "admin/flows/publish_page.html", context)
