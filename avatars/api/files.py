"""Stored files as answers, with ranges."""

from pathlib import Path

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from core.web import range_responses

RANGED = {
    206: OpenApiResponse(OpenApiTypes.BINARY, description="The requested range."),
    416: OpenApiResponse(description="The file has no such range."),
}


def serve_file(request: Request, stored: FieldFile) -> HttpResponseBase:
    if not stored or not default_storage.exists(str(stored)):
        raise NotFound(gettext("There is no such file, or not yet."), code="no_file")
    return range_responses.serve(request._request, Path(default_storage.path(str(stored))))
