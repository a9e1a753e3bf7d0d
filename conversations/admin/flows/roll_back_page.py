"""The page before an older version runs again: its changes, and the plan for the members in the flow."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations import services
from conversations.admin.flows import plan_form
from conversations.admin.flows.flow_graph import picture, picture_of
from conversations.exceptions import FlowError
from conversations.flows.differences import diff
from conversations.flows.graph.changes import merged
from conversations.models import FlowVersion, SessionMove
from core.web.admin import change_url


def page(model_admin: Any, request: HttpRequest, version: FlowVersion) -> HttpResponse:
    """Show the changes of a roll-back; a POST rolls back."""
    older, live = services.readable_machine(version), services.readable_machine(version.flow.live)
    impacts = services.plan_impacts(version.flow, older, version=version) if older else []
    if request.method == "POST":
        try:
            services.roll_back(version, plan=plan_form.chosen(impacts, request.POST))
        except FlowError as error:
            messages.error(request, f"{error} {error.remedy}")
        else:
            messages.success(request, _("“%s” runs now. The draft stays as it is.") % version)
            return HttpResponseRedirect(change_url(version))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Let “%s” run?") % version,
        "opts": model_admin.opts,
        "version": version,
        "changes": diff(live, older) if live and older else [],
        "picture": picture(*merged(live, older)) if live and older else picture_of(version),
        "plan_rows": plan_form.rows(impacts, request.POST if request.method == "POST" else None),
    }
    return TemplateResponse(request, "admin/flows/roll_back_page.html", context)


def outcomes(version: FlowVersion) -> SafeString:
    """The outcomes of the members who were in the flow when this version began to run."""
    rows = SessionMove.objects.filter(batch__plan__version=version).values_list("batch__plan", "outcome")
    counts: dict[int, Counter[str]] = {}
    for plan, outcome in rows:
        counts.setdefault(plan, Counter())[str(SessionMove.Outcome(outcome).label)] += 1
    told = Count("batches__moves", filter=Q(batches__moves__told_at__isnull=False))
    plans_told = version.session_plans.annotate(told=told)
    outcomes_of = [(plan, list(counts.get(plan.pk, Counter()).items())) for plan in plans_told]
    return render_to_string("admin/flows/plan_outcomes.html", {"plans": outcomes_of})
