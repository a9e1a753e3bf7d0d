"""Group chats and group messages over REST."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.web.api_fields import StrictModelSerializer
from core.web.api_filters import ChoiceFilter, IdFilter
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
    """A group chat as of the last refresh."""

    user_ids = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = GroupChat
        fields = ("id", "application", "chat_id", "name", "owner", "user_ids", "created_at")
        read_only_fields = fields


class GroupMessageSerializer(StrictModelSerializer[GroupMessage]):
    """A group message and its outcome."""

    words = serializers.SerializerMethodField(help_text="The outcome in words, in the language of the request.")

    class Meta:
        model = GroupMessage
        fields = (
            *("id", "application", "chat", "msgtype", "status", "reason", "words", "errcode", "attempts", "cid"),
            *("created_at", "finished_at"),
        )
        read_only_fields = fields
        extra_kwargs = {"errcode": {"help_text": "Last error code of WeChat Work."}}

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
    """Group chats that an application created. WeChat Work does not deliver messages that members write there."""

    queryset = GroupChat.objects.select_related("application__corporation")
    serializer_class = GroupChatSerializer
    filterset_class = GroupChatFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write", "PATCH": "messages:write"}
    works_outside_transaction = True  # it calls WeChat Work; a chat with a name of your own is made once

    @extend_schema(
        summary="Create a group chat", request=GroupChatCreateRequestSerializer, responses={201: GroupChatSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Calls WeChat Work at once. Members see the chat with its first message."""
        serializer = GroupChatCreateRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        chat = serializer.make()
        headers = {"Location": str(reverse("group-chat-detail", args=[chat.pk], request=request))}
        return Response(GroupChatSerializer(chat).data, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(summary="Adopt a group chat", request=GroupChatAdoptRequestSerializer, responses=GroupChatSerializer)
    @action(detail=False, methods=["post"])
    def adopt(self, request: Request) -> Response:
        """Adds a chat that the application created elsewhere, by its chat ID."""
        serializer = GroupChatAdoptRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        chat = services.get_chat(values["chat_id"], application=values.get("application"))
        return Response(GroupChatSerializer(chat).data)

    @extend_schema(
        summary="Change a group chat", request=GroupChatChangeRequestSerializer, responses=GroupChatSerializer
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes its name, owner or members, and refreshes it."""
        serializer = GroupChatChangeRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(GroupChatSerializer(services.update_chat(self.get_object(), **serializer.validated_data)).data)

    @extend_schema(summary="Refresh a group chat", request=None, responses=GroupChatSerializer)
    @action(detail=True, methods=["post"])
    def refresh(self, request: Request, pk: str) -> Response:
        """Gets its name, owner and members from WeChat Work."""
        chat = self.get_object()
        return Response(GroupChatSerializer(services.get_chat(chat.chat_id, application=chat.application)).data)


class GroupMessageFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which group messages to list."""

    application = IdFilter()
    chat = IdFilter()
    reason = ChoiceFilter(choices=GroupMessage.Reason.choices)

    class Meta:
        model = GroupMessage
        fields = ("msgtype", "status", "cid")


@extend_schema_view(
    list=extend_schema(summary="List group messages"), retrieve=extend_schema(summary="Get a group message")
)
class GroupMessages(viewsets.ReadOnlyModelViewSet[GroupMessage]):
    """Messages in group chats."""

    queryset = GroupMessage.objects.all()
    serializer_class = GroupMessageSerializer
    filterset_class = GroupMessageFilter
    required_scopes = {"GET": "messages:read", "POST": "messages:write"}

    @extend_schema(
        summary="Send a group message",
        request=ANY_GROUP_MESSAGE_REQUEST,
        responses={202: OpenApiResponse(GroupMessageSerializer, description="The message is stored and will be sent.")},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All kinds except cards and notices, which group chats do not support.

        Errors within articles name fields as in WeChat Work's own request.
        """
        serializer = group_message_request(request.data)
        serializer.is_valid(raise_exception=True)
        message = serializer.send(request.headers.get("X-Request-ID", ""))
        headers = {"Location": str(reverse("group-message-detail", args=[message.pk], request=request))}
        return Response(GroupMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(summary="Resend a group message", request=None, responses={202: GroupMessageSerializer})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """For messages that failed or are `unknown`: if the first one arrived, the group gets it twice.

        A message that is being sent stays unchanged.
        """
        message = self.get_object()
        services.resend_to_chat(message)
        return Response(GroupMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED)
