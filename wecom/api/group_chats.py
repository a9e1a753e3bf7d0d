"""Group chats over REST, and what is said in them."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_fields import StrictModelSerializer
from core.web.api_filters import IdFilter
from wecom import services
from wecom.api.serializers.group_chats import (
    ANY_GROUP_MESSAGE_REQUEST,
    GroupChatAdoptRequestSerializer,
    GroupChatChangeRequestSerializer,
    GroupChatCreateRequestSerializer,
    group_message_request,
)
from wecom.models import GroupChat, GroupMessage


class GroupChatSerializer(StrictModelSerializer[GroupChat]):
    """A group chat as it was when we last asked."""

    user_ids = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = GroupChat
        fields = ("id", "application", "chat_id", "name", "owner", "user_ids", "created_at")
        read_only_fields = fields


class GroupMessageSerializer(StrictModelSerializer[GroupMessage]):
    """A message into a group chat, and what became of it."""

    words = serializers.SerializerMethodField(help_text="What became of it, for a person, in their language.")

    class Meta:
        model = GroupMessage
        fields = (
            *("id", "application", "chat", "msgtype", "status", "reason", "words", "errcode", "attempts", "cid"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields
        extra_kwargs = {"errcode": {"help_text": "What WeChat Work answered last."}}

    @extend_schema_field({"type": "string"})
    def get_words(self, message: GroupMessage) -> str:
        reasons = dict(GroupMessage.Reason.choices)
        return str(reasons.get(message.reason) or message.get_status_display())


class GroupChatFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which group chats to list."""

    application = IdFilter()
    name = django_filters.CharFilter("name", "icontains", help_text="Part of the name.")

    class Meta:
        model = GroupChat
        fields = ("chat_id", "owner")


@extend_schema_view(list=extend_schema(summary="List group chats"), retrieve=extend_schema(summary="Get a group chat"))
class GroupChats(viewsets.ReadOnlyModelViewSet[GroupChat]):
    """Group chats that an application made. What people write in them is not delivered to applications."""

    queryset = GroupChat.objects.select_related("application__corporation")
    serializer_class = GroupChatSerializer
    filterset_class = GroupChatFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write", "PATCH": "messages:write"}
    works_outside_transaction = True  # it calls WeChat Work; a chat with a name of your own is made once

    @extend_schema(
        summary="Make a group chat", request=GroupChatCreateRequestSerializer, responses={201: GroupChatSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """At once, by a call of WeChat Work. Its members see it when something is said in it."""
        serializer = GroupChatCreateRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        chat = serializer.make()
        headers = {"Location": str(reverse("group-chat-detail", args=[chat.pk], request=request))}
        return Response(GroupChatSerializer(chat).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(
        summary="Take over a group chat", request=GroupChatAdoptRequestSerializer, responses=GroupChatSerializer
    )
    @action(detail=False, methods=["post"])
    def adopt(self, request: Request) -> Response:
        """One that the application made elsewhere, by its chat ID; then it can be changed and written into here."""
        serializer = GroupChatAdoptRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        chat = services.chat(values["chat_id"], application=values.get("application"))
        return Response(GroupChatSerializer(chat).data)

    @extend_schema(
        summary="Change a group chat", request=GroupChatChangeRequestSerializer, responses=GroupChatSerializer
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Its name or owner, and who is in it; then it is as WeChat Work has it now."""
        serializer = GroupChatChangeRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(GroupChatSerializer(services.update_chat(self.get_object(), **serializer.validated_data)).data)

    @extend_schema(summary="Ask for a group chat anew", request=None, responses=GroupChatSerializer)
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: str) -> Response:
        """Its name, owner and members as WeChat Work has them now."""
        chat = self.get_object()
        return Response(GroupChatSerializer(services.chat(chat.chat_id, application=chat.application)).data)


class GroupMessageFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which group messages to list."""

    application = IdFilter()
    chat = IdFilter()
    reason = django_filters.ChoiceFilter(choices=GroupMessage.Reason.choices)

    class Meta:
        model = GroupMessage
        fields = ("msgtype", "status", "cid")


@extend_schema_view(
    list=extend_schema(summary="List group messages"), retrieve=extend_schema(summary="Get a group message")
)
class GroupMessages(viewsets.ReadOnlyModelViewSet[GroupMessage]):
    """What was said in group chats."""

    queryset = GroupMessage.objects.all()
    serializer_class = GroupMessageSerializer
    filterset_class = GroupMessageFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write"}

    @extend_schema(
        summary="Write into a group chat",
        request=ANY_GROUP_MESSAGE_REQUEST,
        responses={202: OpenApiResponse(GroupMessageSerializer, description="It is recorded and will be sent.")},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All kinds but cards and notices, which group chats do not show. Errors within articles name their fields as
        WeChat Work's own request does."""
        serializer = group_message_request(request.data)
        serializer.is_valid(raise_exception=True)
        message = serializer.send(request.headers.get("X-Request-ID", ""))
        headers = {"Location": str(reverse("group-message-detail", args=[message.pk], request=request))}
        return Response(GroupMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(summary="Write it once more", request=None, responses={202: GroupMessageSerializer})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """For one whose end is `unknown`, or that failed: if it arrived after all, the group gets it twice. One that is
        on its way stays so."""
        message = self.get_object()
        services.resend_to_chat(message)
        return Response(GroupMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED)
