"""The steps in the life of campaigns and series over REST, written once."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling import services
from scheduling.api.campaign_serializers import CampaignNoteSerializer

READ, WRITE = "campaigns:read", "campaigns:write"
MOST_CHANGES = 200
V = TypeVar("V", bound=type[Any])


def rights_of_steps(model: str) -> dict[str, tuple[str, str]]:
    """The scope and the permission of the steps that add or change no row of the API."""
    return {
        "request_rehearsal": (READ, f"scheduling.view_{model}"),
        **dict.fromkeys(("approve", "send_back"), ("campaigns:approve", f"scheduling.approve_{model}")),
        **dict.fromkeys(("start", "pause", "resume", "cancel"), ("campaigns:send", f"scheduling.send_{model}")),
    }


class StepPermissions(viewsets.GenericViewSet[Any]):
    """A person needs the right of a step; an API client its scope."""

    steps: ClassVar[dict[str, tuple[str, str]]] = {}

    def check_permissions(self, request: Request) -> None:
        permission = self.steps.get(self.action or "", ("", ""))[1]
        if not permission or not isinstance(request.user, AbstractBaseUser):
            super().check_permissions(request)
        elif not (getattr(request.user, "is_staff", False) and request.user.has_perm(permission)):
            self.permission_denied(request)

    @property
    def person(self) -> AbstractBaseUser | None:
        return self.request.user if isinstance(self.request.user, AbstractBaseUser) else None

    def body(self, kind: type[Any]) -> dict[str, Any]:
        body = kind(data=self.request.data or {})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)


class MailingSteps(StepPermissions):
    """The addresses of the steps, and `changes/` with those that were taken."""

    change_serializer: ClassVar[type[Any]]

    @action(detail=True, methods=["post"], url_path="ask-approval")
    def ask_approval(self, request: Request, pk: str) -> Response:
        return self.take(services.ask_approval)

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Needs `campaigns:approve`. A person who asked for the approval cannot give it."""
        return self.take(services.approve, **self.body(CampaignNoteSerializer))

    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Answers a request for approval with a note. Needs `campaigns:approve`."""
        return self.take(services.send_back_mailing, **self.body(CampaignNoteSerializer))

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self.take(services.pause_mailing, **self.body(CampaignNoteSerializer))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        return self.take(services.resume_mailing)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.take(services.cancel_mailing, **self.body(CampaignNoteSerializer))

    @action(detail=True, methods=["get"], pagination_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        """Who took which step, when and why, newest first."""
        rows = self.get_object().changes.all()[:MOST_CHANGES]
        return Response(self.change_serializer(rows, many=True).data)

    def take(self, step: Callable[..., Any], **options: Any) -> Response:
        """Take a step, and answer with the row as it is then."""
        row = step(self.get_object(), by=self.person, **options)
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)


def document_steps(a_mailing: str, serializer: type[Any], changes: Any, **consequences: str) -> Callable[[V], V]:
    """Describe the steps of a kind of mailing in the schema; `consequences` are those that it has of its own."""
    summaries = {
        "ask_approval": f"Ask for {a_mailing} to be approved",
        "approve": f"Approve {a_mailing}",
        "send_back": f"Send {a_mailing} back",
        "pause": f"Pause {a_mailing}",
        "resume": f"Resume {a_mailing}",
        "cancel": f"Cancel {a_mailing}",
    }
    bodiless = ("ask_approval", "resume")
    view = extend_schema_view(
        changes=changes,
        **{
            step: extend_schema(
                summary=summary,
                request=None if step in bodiless else CampaignNoteSerializer,
                responses=serializer,
            )
            for step, summary in summaries.items()
        },
    )

    def document(viewset: V) -> V:
        documented: V = view(viewset)  # whose methods are its own copies
        for step, text in consequences.items():
            getattr(documented, step).__doc__ = text
        return documented

    return document
