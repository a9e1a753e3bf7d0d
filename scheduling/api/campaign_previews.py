"""A campaign as one member would get it, over REST, and a test of it to one member."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.api_fields import StrictSerializer
from scheduling import services
from scheduling.models import Campaign, CampaignContent


class CampaignPreviewQuerySerializer(StrictSerializer):
    """The member to preview it for, and the variant."""

    user_id = serializers.CharField(max_length=64, help_text="The WeChat Work user ID.")
    variant = serializers.CharField(
        required=False,
        default="",
        max_length=CampaignContent._meta.get_field("variant").max_length,
        help_text="The member's own without it.",
    )


class CampaignTestSerializer(CampaignPreviewQuerySerializer):
    """Who gets the test."""

    dry_run = serializers.BooleanField(required=False, default=False, help_text="Sends nothing and keeps nothing.")


class CampaignPreviewSerializer(serializers.Serializer[Any]):
    """The message as the member would see it."""

    user_id = serializers.CharField(source="member.user_id")
    variant = serializers.CharField()
    language = serializers.CharField()
    words = serializers.CharField(help_text="With personal facts masked. Empty for a flow, an image and a file.")
    msgtype = serializers.CharField(
        source="content.msgtype", default=None, allow_null=True, help_text="Null for a video and a flow."
    )
    content = serializers.DictField(
        source="content.payload", default=None, allow_null=True, help_text="As `message/send` takes it."
    )
    render = serializers.IntegerField(
        source="render.pk", default=None, allow_null=True, help_text="Its video, if it is rendered already."
    )


class CampaignPreviews(viewsets.GenericViewSet[Campaign]):
    """The addresses `preview/` and `test/` of campaigns."""

    @extend_schema(
        summary="Preview a campaign as a member",
        parameters=[CampaignPreviewQuerySerializer],
        responses=CampaignPreviewSerializer,
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def preview(self, request: Request, pk: str) -> Response:
        """In the member's language and variant, with the facts known about them. Sends nothing."""
        campaign, query = self.get_object(), CampaignPreviewQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        member = services.find_tester(campaign, asked["user_id"])
        seen = services.preview_campaign(campaign, member, variant=asked["variant"], in_full=False)
        return Response(CampaignPreviewSerializer(seen).data)

    @extend_schema(
        summary="Send a test of a campaign",
        request=CampaignTestSerializer,
        responses={200: CampaignPreviewSerializer, 202: CampaignPreviewSerializer},
    )
    @action(detail=True, methods=["post"], url_path="test")
    def send_test(self, request: Request, pk: str) -> Response:
        """To one member, marked as a test, outside of all figures and caps. With `dry_run` it answers 202 and sends
        nothing.
        """
        campaign, body = self.get_object(), CampaignTestSerializer(data=request.data or {})
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = body.validated_data
        member = services.find_tester(campaign, asked["user_id"])
        services.send_test(campaign, member, variant=asked["variant"], dry_run=asked["dry_run"])
        seen = services.preview_campaign(campaign, member, variant=asked["variant"], in_full=False)
        return Response(CampaignPreviewSerializer(seen).data, status=202 if asked["dry_run"] else 200)
