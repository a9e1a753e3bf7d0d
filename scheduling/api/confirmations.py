"""Who has not confirmed a card, over REST, and a reminder to exactly them."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.parties.acting_client import account_of
from scheduling import services
from scheduling.api.campaign_serializers import CampaignSerializer
from scheduling.models import CampaignRun


class NotConfirmedSerializer(serializers.Serializer[Any]):
    """A member who got a card and has pressed nothing on it."""

    user_id = serializers.CharField()
    name = serializers.CharField()


class Confirmations(viewsets.GenericViewSet[CampaignRun]):
    """The addresses `not-confirmed/` and `remind/` of runs."""

    def check_permissions(self, request: Request) -> None:
        """A reminder is a campaign, so a person needs the right to write one."""
        who: Any = request.user
        if self.action != "remind" or not isinstance(who, AbstractBaseUser):
            super().check_permissions(request)
        elif not (who.is_active and getattr(who, "is_staff", False) and who.has_perm("scheduling.add_campaign")):  # type: ignore[attr-defined]
            self.permission_denied(request)

    @extend_schema(
        operation_id="campaign_runs_not_confirmed_retrieve",
        summary="List who has not confirmed",
        responses=NotConfirmedSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], url_path="not-confirmed")
    def not_confirmed(self, request: Request, pk: str) -> Response:
        """Members who got the card of a run and have pressed nothing on it."""
        members = services.not_confirmed(self.get_object())
        page = self.paginate_queryset(members)  # type: ignore[arg-type]
        return self.get_paginated_response(NotConfirmedSerializer(page, many=True).data)

    @extend_schema(
        summary="Remind who has not confirmed",
        request=None,
        responses={201: OpenApiResponse(CampaignSerializer, description="A draft with the same card for them.")},
    )
    @action(detail=True, methods=["post"])
    def remind(self, request: Request, pk: str) -> Response:
        """Needs `campaigns:write`. Nothing is sent before the draft is approved and started."""
        campaign = services.remind_not_confirmed(self.get_object(), by=account_of(request))
        location = str(reverse("campaign-detail", args=[campaign.pk], request=request))
        shown = CampaignSerializer(campaign, context={"request": request}).data
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": location})
