"""Portrait checks over REST, before a digital human is created."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import parsers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.serializers import ExaminedSerializer
from avatars.models import DigitalHuman
from core.web.api_fields import StrictSerializer


class PictureSerializer(StrictSerializer):
    """A picture to check."""

    portrait = serializers.FileField(help_text="JPEG, PNG or WebP up to 10 MB.")
    face = serializers.IntegerField(
        required=False, min_value=0, max_value=99, help_text="The `index` of the face to use, if there are several."
    )


class Portraits(viewsets.GenericViewSet[DigitalHuman]):
    """Checks of pictures."""

    queryset = DigitalHuman.objects.none()
    parser_classes = (parsers.MultiPartParser,)
    pagination_class = None
    required_scopes = {"POST": "digital_humans:write"}
    works_outside_transaction = True

    @extend_schema(
        summary="Check a picture",
        request={"multipart/form-data": PictureSerializer},
        responses={200: ExaminedSerializer},
    )
    @action(detail=False, methods=["post"])
    def check(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Finds the faces and says whether the picture can be a portrait. Stores nothing."""
        wish = PictureSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        examined = services.examine_portrait(
            wish.validated_data["portrait"].read(), face=wish.validated_data.get("face")
        )
        return Response(ExaminedSerializer(examined).data)
