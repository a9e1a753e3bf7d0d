"""Everyone's own page of their second factor: enrolment, recovery codes, removal."""

from typing import Any

import django_otp
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from unfold.widgets import BASE_INPUT_CLASSES

from openuser.second_factor import devices


@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """GET shows the factor, or the QR code of a new one. POST enrols, renews the recovery codes or removes."""
    if request.method != "POST":
        return _page(request)
    act = ACTS.get(request.POST.get("act", ""), _enrol)
    return act(request, request.POST.get("code", "")[:32])


def _enrol(request: HttpRequest, code: str) -> HttpResponse:
    if devices.device_of(_user(request)) is not None:
        return redirect("second-factor")
    device = devices.enrol(_user(request), code)
    if device is None:
        return _page(request, wrong=True)
    django_otp.login(request, device)
    _log(request, "A second factor was enrolled.")
    return _page(request, codes=devices.renew_recovery_codes(_user(request)))


def _renew(request: HttpRequest, code: str) -> HttpResponse:
    if not devices.verify(_user(request), code):
        return _page(request, wrong=True)
    _log(request, "New recovery codes were made.")
    return _page(request, codes=devices.renew_recovery_codes(_user(request)))


def _remove(request: HttpRequest, code: str) -> HttpResponse:
    if not devices.verify(_user(request), code):
        return _page(request, wrong=True)
    devices.remove(_user(request))
    _log(request, "The second factor was removed.")
    messages.success(request, _("The second factor was removed."))
    return redirect("second-factor")


ACTS = {"enrol": _enrol, "renew": _renew, "remove": _remove}


def _user(request: HttpRequest) -> Any:
    return request.user


def _page(request: HttpRequest, *, wrong: bool = False, codes: list[str] | None = None) -> HttpResponse:
    user = _user(request)
    enrolled = devices.device_of(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Two-factor authentication"),
        "required": devices.is_required(),
        "enrolled": enrolled,
        "codes": codes,
        "left": devices.recovery_codes_left(user),
        "wrong": wrong,
        "input_classes": " ".join(BASE_INPUT_CLASSES),
    }
    if enrolled is None:
        device = devices.new_device(user)
        context |= {"qr_code": devices.qr_code(device), "secret": devices.secret_of(device)}
    return TemplateResponse(request, "admin/second_factor.html", context)


def _log(request: HttpRequest, event: str) -> None:
    LogEntry.objects.log_actions(_user(request).pk, [_user(request)], CHANGE, event, single_object=True)
