"""The numbers of flows over REST: for a version and a period, by step and by transition."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import services
from conversations.machine.values import Machine
from conversations.models import Flow
from core.web.api_fields import StrictSerializer


class FiguresRequestSerializer(StrictSerializer):
    """Which version, and since when."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    since = serializers.DateTimeField(required=False, default=None)


class StepFiguresSerializer(serializers.Serializer[Any]):
    """A step, and how many sessions are or were there."""

    key = serializers.CharField()
    name = serializers.CharField()
    here = serializers.IntegerField(help_text="There now, whenever they began.")
    entered = serializers.IntegerField()
    gave_up = serializers.IntegerField()


class TransitionFiguresSerializer(serializers.Serializer[Any]):
    """A transition, and how often it was taken."""

    step = serializers.CharField(help_text="The key of the step that it leaves.")
    on = serializers.CharField(help_text="`next`, `retries`, `expired`, `failed` or `timeout`.")
    to = serializers.CharField(help_text="The key of the step that it leads to.")
    taken = serializers.IntegerField()


class FlowFiguresSerializer(serializers.Serializer[Any]):
    """The numbers of a version."""

    version = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    began = serializers.IntegerField(help_text="Sessions that began.")
    steps = StepFiguresSerializer(many=True)
    transitions = TransitionFiguresSerializer(many=True)


class FlowFigures(viewsets.GenericViewSet[Flow]):
    """The address `figures/` of a flow."""

    @extend_schema(
        summary="Get the numbers of a flow",
        parameters=[
            OpenApiParameter("version", int, description="Its number; by default the version that runs."),
            OpenApiParameter("since", str, description="From when on entries and ends count; by default all."),
        ],
        responses=FlowFiguresSerializer,
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def figures(self, request: Request, pk: str) -> Response:
        """How many are at each step, went through it and gave up there, and how often each transition was taken."""
        asked = FiguresRequestSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        flow, since = self.get_object(), asked.validated_data["since"]
        number = asked.validated_data.get("version")
        version = flow.live if number is None else flow.versions.filter(number=number).first()
        machine = services.readable_machine(version)
        if version is None or machine is None:
            raise NotFound(code="no_such_version")
        counted = services.figures_of(version, since=since)
        answer = {"version": version.number, "since": since, "began": counted.began, **_listed(machine, counted)}
        return Response(FlowFiguresSerializer(answer).data)


def _listed(machine: Machine, figures: services.FlowFigures) -> dict[str, list[dict[str, Any]]]:
    """The numbers of all steps and transitions, zeros too."""
    counts = {"here": figures.here, "entered": figures.entered, "gave_up": figures.gave_up}
    ways = dict.fromkeys((node.key, edge.on, edge.to) for node in machine.nodes for edge in node.edges)
    return {
        "steps": [
            {"key": node.key, "name": node.name, **{name: by_step.get(node.key, 0) for name, by_step in counts.items()}}
            for node in machine.nodes
        ],
        "transitions": [
            {"step": way[0], "on": way[1].value, "to": way[2], "taken": figures.ways.get(way, 0)} for way in ways
        ],
    }
