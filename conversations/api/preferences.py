"""Topics, and the choices of members, over REST."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from conversations import services
from conversations.api.serializers.preferences import PreferencesSerializer, TopicSerializer
from conversations.models import MemberPreference, PreferenceChange, Topic
from core.web.api_filters import StrictBooleanFilter
from wecom.models import Member

READ, WRITE = "preferences:read", "preferences:write"


class TopicFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which topics to list."""

    can_be_muted = StrictBooleanFilter()

    class Meta:
        model = Topic
        fields = ("name",)


@extend_schema_view(
    list=extend_schema(summary="List topics"),
    retrieve=extend_schema(summary="Get a topic"),
    partial_update=extend_schema(summary="Change a topic"),
)
class Topics(viewsets.ModelViewSet[Topic]):
    """Subjects of campaigns, answers, documents and tickets. Members mute those that can be muted."""

    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    filterset_class = TopicFilter
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {"GET": READ, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    def get_queryset(self) -> QuerySet[Topic]:
        return Topic.objects.counted()

    @extend_schema(summary="Add a topic")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Members see it on their settings from then on."""
        answer = super().create(request, *args, **kwargs)
        answer.headers["Location"] = reverse("topic-detail", args=[answer.data["id"]], request=request)
        return answer

    @extend_schema(summary="Delete a topic")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes one that nothing is about. Others are refused: switch `can_be_muted` off instead."""
        services.remove_topic(self.get_object())
        return Response(status=204)


class MemberPreferences(generics.GenericAPIView[MemberPreference]):
    """The choices of one member."""

    queryset = MemberPreference.objects.all()
    serializer_class = PreferencesSerializer
    filter_backends = ()
    required_scopes = {"GET": READ, "PATCH": WRITE}

    @extend_schema(
        summary="Get the choices of a member",
        operation_id="member_preferences_retrieve",
        responses=PreferencesSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        """Who has chosen nothing gets all topics, and videos as videos."""
        return self._shown(get_object_or_404(Member, pk=pk))

    @extend_schema(
        summary="Change the choices of a member",
        operation_id="member_preferences_partial_update",
        request=PreferencesSerializer,
        responses=PreferencesSerializer,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Sets the named choices; `muted` replaces all. The change is recorded, with the account if one makes it."""
        member = get_object_or_404(Member, pk=pk)
        serializer = PreferencesSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = {name: value for name, value in serializer.validated_data.items() if name != "user_id"}
        by: Any = request.user if hasattr(request.user, "get_username") else None
        services.change_preferences(member, **changes, origin=PreferenceChange.Origin.API, by=by)
        return self._shown(member)

    def _shown(self, member: Member) -> Response:
        choices = {"user_id": member.user_id, **services.choices_of(member).as_json()}
        return Response(PreferencesSerializer(choices).data)
