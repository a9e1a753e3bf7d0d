"""Members, uploads and quotas over REST."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics, parsers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.text_search import containing
from core.web.api_filters import ChoiceFilter, IdFilter, UserIdFilter
from wecom import services
from wecom.api.authors import author_of
from wecom.api.serializers import (
    MemberChangeSerializer,
    MemberSerializer,
    QuotasSerializer,
    UploadRequestSerializer,
    UploadSerializer,
)
from wecom.exceptions import ContentError
from wecom.models import ApplicationMember, Member, Outbound, Upload


class MemberFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which members to list."""

    user_id = UserIdFilter()
    name = django_filters.CharFilter(method="by_name", help_text="Part of the name.")
    status = ChoiceFilter(choices=Member.Status.choices)
    department = IdFilter("memberships__department__number", help_text="ID of a department.")
    tag = IdFilter("tags__number", distinct=True, help_text="ID of a tag.")
    reachable_by = IdFilter(method="by_application", help_text="ID of an application that can see the member.")

    class Meta:
        model = Member
        fields = ()

    def by_name(self, queryset: QuerySet[Member], name: str, value: str) -> QuerySet[Member]:
        return queryset.filter(containing(Member, "name", value))

    def by_application(self, queryset: QuerySet[Member], name: str, value: int) -> QuerySet[Member]:
        return queryset.filter(
            pk__in=ApplicationMember.objects.filter(application=value, in_range=True).values("member")
        )


@extend_schema_view(list=extend_schema(summary="List members"), retrieve=extend_schema(summary="Get a member"))
class Members(viewsets.ReadOnlyModelViewSet[Member]):
    """Members of the company that OpenUser knows."""

    queryset = Member.objects.select_related("main_department").prefetch_related(
        "memberships__department", "application_members"
    )
    serializer_class = MemberSerializer
    filterset_class = MemberFilter
    required_scopes = {"GET": "members:read", "POST": "members:write", "PATCH": "members:write"}

    @extend_schema(summary="Add a member", request=MemberSerializer, responses={201: MemberSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Adds a member to the default application's company. Only needed to set a name, its pinyin or a language:
        recipients are added by themselves.
        """
        serializer = MemberSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        member = services.add_member(values.pop("user_id"), **values)
        location = str(reverse("member-detail", args=[member.pk], request=request))
        return Response(MemberSerializer(member).data, status=status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(summary="Change a member", request=MemberChangeSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sets the name that the digital human uses, its pinyin, and the language that it speaks with the member."""
        member = self.get_object()
        serializer = MemberChangeSerializer(member, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(
            MemberSerializer(
                services.change_member(member, **serializer.validated_data, author=author_of(request))
            ).data
        )


class UploadFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which uploads to list."""

    class Meta:
        model = Upload
        fields = ("kind", "status", "media_id", "cid")


@extend_schema_view(list=extend_schema(summary="List uploads"), retrieve=extend_schema(summary="Get an upload"))
class Uploads(viewsets.ReadOnlyModelViewSet[Upload]):
    """Files for messages."""

    queryset = Upload.objects.all()
    serializer_class = UploadSerializer
    filterset_class = UploadFilter
    parser_classes = (parsers.MultiPartParser,)
    required_scopes = {"GET": "messages:read", "POST": "messages:write"}

    @extend_schema(
        summary="Upload a file",
        request={"multipart/form-data": UploadRequestSerializer},
        responses={202: OpenApiResponse(UploadSerializer, description="The file is stored and being uploaded.")},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The same file gives the same upload. You can send its `id` before it is `done`."""
        serializer = UploadRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        application = values.get("application") or services.current_application()
        cid = request.headers.get("X-Request-ID", "")
        try:
            upload = services.accept_upload(application, kind=values["kind"], file=values["file"], cid=cid)
        except ContentError as error:
            raise ContentError(error.message, code=error.code, field="file", remedy=error.remedy) from error
        location = str(reverse("upload-detail", args=[upload.pk], request=request))
        return Response(UploadSerializer(upload).data, status=status.HTTP_202_ACCEPTED, headers={"Location": location})


class Quotas(generics.GenericAPIView[Outbound]):
    """WeChat Work's limits. Staff need the permission to view outbound messages."""

    queryset = Outbound.objects.all()
    serializer_class = QuotasSerializer
    filter_backends = ()

    required_scopes = {"GET": "messages:read"}

    @extend_schema(summary="Show quotas", operation_id="quotas_retrieve", responses=QuotasSerializer)
    def get(self, request: Request) -> Response:
        """The use of each limit, and when waiting messages go out."""
        return Response(QuotasSerializer({"applications": services.list_quotas()}).data)
