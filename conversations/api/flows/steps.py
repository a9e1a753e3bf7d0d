"""Single steps and transitions of a draft over REST, by the services of the graph's editor."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.drafts import (
    DraftSeenSerializer,
    DraftSerializer,
    StepChangeSerializer,
    StepMoveSerializer,
    StepRequestSerializer,
    TransitionChangeSerializer,
    TransitionRequestSerializer,
)
from conversations.models import Flow, State, Transition
from core.interchange.file_api import refusing_by_place
from core.parties.acting_client import account_of

WRITE = "flows:write"


class FlowSteps(viewsets.GenericViewSet[State]):
    """The addresses `draft/steps/` of a flow. Each change answers with the draft after it, and `draft/undo/` takes it
    back. It is refused with `draft_changed` if the draft has changed since it was `seen`.
    """

    queryset = State.objects.select_related("flow")
    serializer_class = DraftSerializer  # type: ignore[assignment]  # what each change answers with
    pagination_class = None
    filter_backends = ()
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9_]{1,40}"
    required_scopes = {"GET": "flows:read", "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    def get_queryset(self) -> Any:
        return self.queryset.filter(flow=self.kwargs.get("flow"))

    @extend_schema(summary="Add a step to a draft", request=StepRequestSerializer, responses={201: DraftSerializer})
    def create(self, request: Request, flow: str) -> Response:
        """After another step, or last. A name, a key and the name of the answer that are missing are made."""
        row = get_object_or_404(Flow, pk=flow)
        values = self._body(StepRequestSerializer)
        after = _step(row, values.pop("after"), "after")
        step, draft = self._done(services.create_step, row, values.pop("step"), after=after, **values)
        address = reverse("flow-step-detail", args=[row.pk, step.key], request=request)
        return Response(DraftSerializer(draft).data, status=status.HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(summary="Get a step of a draft", responses=OpenApiResponse({"type": "object"}))
    def retrieve(self, request: Request, flow: str, key: str) -> Response:
        """As the draft has it."""
        return Response(services.read_step_entry(self.get_object()))

    @extend_schema(summary="Change a step of a draft", request=StepChangeSerializer, responses=DraftSerializer)
    def partial_update(self, request: Request, flow: str, key: str) -> Response:
        """Changes the named fields only; null is the default. `transitions` replaces all of its transitions."""
        values = self._body(StepChangeSerializer)
        _step_written, draft = self._done(services.change_step, self.get_object(), values.pop("step"), **values)
        return Response(DraftSerializer(draft).data)

    @extend_schema(
        summary="Delete a step of a draft", request=None, parameters=[DraftSeenSerializer], responses=DraftSerializer
    )
    def destroy(self, request: Request, flow: str, key: str) -> Response:
        """With the transitions that lead to it; those steps then lead on to the next one."""
        return self._answered(services.delete_step, self.get_object(), **self._query())

    @extend_schema(summary="Move a step of a draft", request=StepMoveSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, flow: str, key: str) -> Response:
        """After another step, or first. The first one starts the flow; a step without transitions leads to the next."""
        step, values = self.get_object(), self._body(StepMoveSerializer)
        after = _step(step.flow, values.pop("after"), "after")
        if after == step:
            raise ValidationError({"after": "A step cannot come after itself."}, code="invalid")
        return self._answered(services.move_step, step, after=after, **values)

    @extend_schema(
        summary="Add a transition to a step", request=TransitionRequestSerializer, responses={201: DraftSerializer}
    )
    @action(detail=True, methods=["post"])
    def transitions(self, request: Request, flow: str, key: str) -> Response:
        """As its last one, or as the one of that `number`. The first one that fits is taken."""
        step, values = self.get_object(), self._body(TransitionRequestSerializer)
        answer = self._answered(services.create_transition, step, values.pop("transition"), **values)
        answer.status_code = status.HTTP_201_CREATED
        return answer

    @extend_schema(
        summary="Change a transition of a step", request=TransitionChangeSerializer, responses=DraftSerializer
    )
    @action(detail=True, methods=["patch"], url_path=r"transitions/(?P<number>[1-9][0-9]{0,3})")
    def transition(self, request: Request, flow: str, key: str, number: str) -> Response:
        """Changes the named fields only; null is the default. Another `number` moves it among the transitions of the
        step.
        """
        values = self._body(TransitionChangeSerializer)
        return self._answered(services.change_transition, self._transition(number), values.pop("transition"), **values)

    @extend_schema(
        summary="Delete a transition of a step",
        request=None,
        parameters=[DraftSeenSerializer],
        responses=DraftSerializer,
    )
    @transition.mapping.delete
    def remove_transition(self, request: Request, flow: str, key: str, number: str) -> Response:
        """Those after it move up."""
        return self._answered(services.delete_transition, self._transition(number), **self._query())

    def _transition(self, number: str) -> Transition:
        ways = list(self.get_object().transitions.select_related("state__flow", "target"))
        if int(number) > len(ways):
            raise NotFound
        return ways[int(number) - 1]

    def _body(self, serializer: type[Any]) -> dict[str, Any]:
        body = serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _query(self) -> dict[str, Any]:
        """The draft that was seen; a DELETE has no body."""
        query = DraftSeenSerializer(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def _answered(self, change: Any, *args: Any, **options: Any) -> Response:
        return Response(DraftSerializer(self._done(change, *args, **options)).data)

    def _done(self, change: Any, *args: Any, **options: Any) -> Any:
        with refusing_by_place():
            return change(*args, by=account_of(self.request), **options)


def _step(flow: Flow, key: str | None, field: str) -> State | None:
    """The step that a body names. Raises `ValidationError`, which names the field, if there is none."""
    if not key:
        return None
    state = flow.states.filter(key=key).first()
    if state is None:
        fault = f"There is no step “{key}” in this flow."
        raise ValidationError({field: fault}, code="does_not_exist")
    return state
