"""Video templates over REST, and renders from them."""

import json
from collections.abc import Iterable
from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import parsers, serializers, status, viewsets
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from avatars import services
from avatars.api.lexicon import PreviewSerializer
from avatars.api.requester import location_of, requester_of
from avatars.api.serializers import RenderProgressSerializer
from avatars.models import Consent, Render, RenderTemplate, TemplateVariable
from avatars.services import TemplateFault
from core.web.api_fields import (
    ChoiceField,
    ClearableFilesSerializer,
    JSONValueField,
    StrictModelSerializer,
    StrictSerializer,
)
from core.web.api_filters import IdFilter
from core.web.json_parser import JSONParser

MOST_VARIABLES = 30  # of a template, in one request
FILES = ("background", "logo", "intro", "outro")
WHICH = OpenApiParameter("id", int, OpenApiParameter.PATH, description="ID of the template.")


class VariableSerializer(StrictModelSerializer[TemplateVariable]):
    """A variable of a template or of a presentation."""

    class Meta:
        model = TemplateVariable
        fields = ("name", "label", "type", "required", "default", "choices", "minimum", "maximum", "example")


class TemplateSerializer(ClearableFilesSerializer[RenderTemplate]):
    """A script with variables, and the look of its videos. Empty fields use the digital human's values.

    Send files as `multipart/form-data`; null removes one.
    """

    variables = VariableSerializer(  # type: ignore[call-arg]  # it is the list that takes the most
        many=True, required=False, max_length=MOST_VARIABLES, help_text="Replaces all existing variables."
    )

    class Meta:
        model = RenderTemplate
        fields = (
            *("id", "name", "notes", "digital_human", "script", "variables", "voice", "speed", "mode", "format"),
            *("captions", "background_color", "spliced", *FILES, "created_at", "updated_at"),
        )
        clearable = FILES
        read_only_fields = ("created_at", "updated_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        before = self.instance
        script = attrs.get("script", before.script if before else "")
        if "variables" in attrs:
            attrs["variables"] = rows = [TemplateVariable(**values) for values in attrs["variables"]]
        else:
            rows = list(before.variables.all()) if before else []
        if faults := services.template_faults(script, rows):
            raise serializers.ValidationError(by_place(faults))
        return attrs

    def create(self, validated_data: dict[str, Any]) -> RenderTemplate:
        rows = validated_data.pop("variables", [])
        return services.save_template(RenderTemplate(**validated_data), rows)

    def update(self, instance: RenderTemplate, validated_data: dict[str, Any]) -> RenderTemplate:
        rows = validated_data.pop("variables", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        services.save_template(instance, rows)
        # The prefetched variables are out of date.
        return RenderTemplate.objects.prefetch_related("variables").get(pk=instance.pk)


@extend_schema_field({"type": "string", "description": "A JSON array of variables."})
class VariablesText(serializers.Field[Any, Any, Any, Any]):
    """Variables in a form, where everything is text."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            rows = json.loads(data)
        except (TypeError, ValueError, RecursionError) as error:
            message = gettext("This is no JSON. Write an array of variables.")
            raise serializers.ValidationError(message, code="invalid") from error
        serializer = VariableSerializer(data=rows, many=True, max_length=MOST_VARIABLES)  # type: ignore[call-arg]
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def to_representation(self, value: Any) -> Any:
        return VariableSerializer(value, many=True).data


class TemplateFormSerializer(TemplateSerializer):
    """A template as `multipart/form-data`, with its files; an empty field removes a file."""

    variables = VariablesText(required=False)  # type: ignore[assignment]


def values_field() -> serializers.DictField:
    """Values for variables."""
    help_text = "Values by variable name. Missing or empty values use the default."
    return serializers.DictField(child=JSONValueField(allow_null=True), default=dict, help_text=help_text)


def refuse(faults: Iterable[TemplateFault]) -> None:
    """Refuses values that do not fit, each under its name."""
    flaws = {fault.field: [ErrorDetail(str(fault), code=fault.code)] for fault in faults}
    if flaws:
        raise serializers.ValidationError({"variables": flaws})


class FillingSerializer(StrictSerializer):
    """Values for a template."""

    variables = values_field()

    def faults(self, template: RenderTemplate) -> None:
        """Refuses values that do not fit."""
        refuse(services.variable_faults(template, self.validated_data["variables"]))


class TemplateRenderSerializer(FillingSerializer):
    """Values for a template, and the purpose of the video."""

    purpose = ChoiceField(
        Consent.Purpose.choices,
        default=Consent.Purpose.CHAT,
        help_text="Purpose of the video; the consent must cover it.",
    )


class TemplateFilter(django_filters.FilterSet):  # type: ignore[misc]
    digital_human = IdFilter()

    class Meta:
        model = RenderTemplate
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List video templates"),
    retrieve=extend_schema(summary="Get a video template"),
)
class Templates(viewsets.ModelViewSet[RenderTemplate]):
    """Scripts with variables, for videos that differ in a few words."""

    queryset = RenderTemplate.objects.prefetch_related("variables")
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    parser_classes = (JSONParser, parsers.MultiPartParser)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {
        "GET": "digital_humans:read",
        "POST": "digital_humans:write",
        "PATCH": "digital_humans:write",
        "DELETE": "digital_humans:write",
    }

    @extend_schema(
        summary="Create a video template",
        request={"application/json": TemplateSerializer, "multipart/form-data": TemplateFormSerializer},
        responses={201: TemplateSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """`{{name}}` in the script stands for the variable “name”, `{{name.label}}` for the label of a choice.

        The script must use every variable and no others. Send `multipart/form-data` to include files.
        """
        wish = self._wish(request)
        wish.is_valid(raise_exception=True)
        template = wish.save()
        headers = {"Location": location_of(request, "template", template)}
        return Response(self.get_serializer(template).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        summary="Change a video template",
        request={"application/json": TemplateSerializer, "multipart/form-data": TemplateFormSerializer},
        responses={200: TemplateSerializer},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes the given fields, and no existing videos. Send files as a form; an empty field removes a file."""
        wish = self._wish(request, self.get_object(), partial=True)
        wish.is_valid(raise_exception=True)
        return Response(self.get_serializer(wish.save()).data)

    @extend_schema(summary="Delete a video template", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Existing videos stay."""
        services.remove_template(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _wish(
        self, request: Request, template: RenderTemplate | None = None, *, partial: bool = False
    ) -> TemplateSerializer:
        is_form = str(request.content_type).startswith("multipart/")
        kind = TemplateFormSerializer if is_form else TemplateSerializer
        return kind(template, data=request.data, partial=partial, context=self.get_serializer_context())


class OfTemplate(viewsets.GenericViewSet[Render]):
    """Addresses below one template."""

    queryset = Render.objects.all()
    parser_classes = (JSONParser,)

    def template(self, number: int) -> RenderTemplate:
        rows = RenderTemplate.objects.select_related("digital_human__voice", "voice").prefetch_related("variables")
        return get_object_or_404(rows, pk=number)


class TemplateRenders(OfTemplate):
    """Renders from templates."""

    required_scopes = {"POST": "renders:write"}

    @extend_schema(
        summary="Render a template",
        parameters=[WHICH],
        request=TemplateRenderSerializer,
        responses={
            202: OpenApiResponse(RenderProgressSerializer, description="It is queued or running; see `eta_seconds`."),
            200: OpenApiResponse(RenderProgressSerializer, description="An identical video exists."),
            429: OpenApiResponse(None, description="Too many new videos in an hour or a day; see `Retry-After`."),
        },
    )
    def create(self, request: Request, pk: int) -> Response:
        """Missing values use their defaults. Identical videos are rendered once.

        `errors` names missing, unknown and invalid values as `variables.<name>`.

        """
        template, wish = self.template(pk), TemplateRenderSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wish.faults(template)
        render = services.request_template_render(
            template,
            wish.validated_data["variables"],
            purpose=wish.validated_data["purpose"],
            priority=services.TEST,
            requester=requester_of(request),
            cid=request.headers.get("X-Request-ID", ""),
        )
        code = status.HTTP_200_OK if render.is_finished else status.HTTP_202_ACCEPTED
        data = RenderProgressSerializer(render, context=self.get_serializer_context()).data
        return Response(data, status=code, headers={"Location": location_of(request, "render", render)})


class TemplateReadings(OfTemplate):
    """Previews of filled templates."""

    required_scopes = {"POST": "digital_humans:read"}
    # A child process reads dictionaries for seconds; done twice, nothing is changed.
    works_outside_transaction = True

    @extend_schema(
        summary="Preview a filled template",
        parameters=[WHICH],
        request=FillingSerializer,
        responses={200: PreviewSerializer},
    )
    def create(self, request: Request, pk: int) -> Response:
        """The final script, the reading of every word, and possible problems. Stores and renders nothing."""
        template, wish = self.template(pk), FillingSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        wish.faults(template)
        text = services.fill_template(template, wish.validated_data["variables"])
        return Response(PreviewSerializer(services.preview_script(text, template=template)).data)


def by_place(faults: Iterable[TemplateFault]) -> dict[str, Any]:
    """Faults of a template as REST framework nests them."""
    places: dict[str, Any] = {}
    for fault in faults:
        place = places if fault.index is None else places.setdefault("variables", {}).setdefault(fault.index, {})
        place.setdefault(fault.field, []).append(ErrorDetail(str(fault), code=fault.code))
    return places
