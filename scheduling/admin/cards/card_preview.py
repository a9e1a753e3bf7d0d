"""The card of a form on a phone, and its errors, while it is written."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from scheduling import services
from scheduling.admin.cards.card_field import card_of_post
from scheduling.campaigns.cards.card_checks import card_problems
from scheduling.campaigns.cards.conversion import element_of
from wecom.models import Application


def card_preview_view(request: HttpRequest) -> HttpResponse:
    """POST with a form and the name of its field `card` answers with the phone, the errors, and the parts that are
    not written yet."""
    may = request.user.has_perm
    if request.method != "POST" or not (may("scheduling.add_campaign") or may("scheduling.change_campaign")):
        raise PermissionDenied
    name = request.POST.get("card", "")
    card = card_of_post(request.POST, name)
    if isinstance(card, str):
        return JsonResponse({"html": "", "flaws": {}, "missing": {}})
    sender = _sender(request.POST.get("application", ""))
    seen = _filled(card, services.variable_labels(sender))
    context = {"card": seen, "sender": sender.name if sender else ""}
    told: dict[str, dict[str, str]] = {"flaws": {}, "missing": {}}
    for problem in card_problems(seen):
        place = element_of(card, problem.field.removeprefix("card."))
        told["missing" if problem.code == "empty" else "flaws"].setdefault(f"{name}-{place}", str(problem))
    return JsonResponse({"html": render_to_string("admin/cards/screen.html", context) if card else "", **told})


def _filled(value: Any, labels: Mapping[str, str]) -> Any:
    """The card with the words for unknown values, or the names of the facts, in the place of variables."""
    if isinstance(value, str):
        return services.name_variables(value, labels)
    if isinstance(value, Mapping):
        return {key: _filled(part, labels) for key, part in value.items()}
    return [_filled(part, labels) for part in value] if isinstance(value, list) else value


def _sender(key: str) -> Application | None:
    rows = Application.objects.filter(pk=key) if key.isdecimal() else Application.objects.filter(is_default=True)
    return rows.first()
