"""Fields and addresses that several serializers share."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from core.web.api_fields import StrictCharField


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": settings.AVATARS["MAX_CHARACTERS"]})
class ScriptField(StrictCharField):
    """A script; the service judges whether it can be spoken."""


class FormBooleanField(serializers.BooleanField):
    """True or false. Left out of a form with files, it keeps its default, as in JSON."""

    default_empty_html = empty


def address(context: Mapping[str, Any], name: str, pk: int) -> str:
    """The address of a row's file: absolute if the context has a request, else a path."""
    path = reverse(name, args=[pk])
    request = context.get("request")
    return str(request.build_absolute_uri(path)) if request else path
