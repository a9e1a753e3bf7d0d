"""Facts about members over REST: definitions, the facts of one member, and those of many at once."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from core.spreadsheets import Table
from wecom import services
from wecom.api.authors import author_of
from wecom.api.serializers.facts import (
    FactDefinitionChangeSerializer,
    FactDefinitionSerializer,
    FactImportRequestSerializer,
    FactImportSerializer,
    MemberFactsRequestSerializer,
    MemberFactsSerializer,
)
from wecom.exceptions import FactRefused
from wecom.facts import fact_values, stored_values
from wecom.facts.definitions import definitions_of, editable_facts
from wecom.models import FactDefinition, Member, MemberFact

SCOPES = {
    "GET": "facts:read",
    "POST": "facts:write",
    "PUT": "facts:write",
    "PATCH": "facts:write",
    "DELETE": "facts:write",
}
CLEAR = "清空"


@extend_schema_view(
    list=extend_schema(summary="List facts of your own"), retrieve=extend_schema(summary="Get a fact of your own")
)
class FactDefinitions(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[FactDefinition]
):
    """Facts of the company's own. The built-in ones are `start_date`, `manager`, `city`, `birthday`,
    `contract_end` and `time_zone`.
    """

    serializer_class = FactDefinitionSerializer
    filterset_fields = ("key", "kind", "personal")
    required_scopes = SCOPES
    queryset = FactDefinition.objects.all()

    def get_queryset(self) -> QuerySet[FactDefinition]:
        theirs = MemberFact.objects.filter(key=OuterRef("key"), member__corporation=OuterRef("corporation"))
        counted = theirs.order_by().values("key").annotate(count=Count("pk")).values("count")
        return FactDefinition.objects.annotate(member_count=Coalesce(Subquery(counted), 0))

    @extend_schema(
        summary="Add a fact of your own", request=FactDefinitionSerializer, responses={201: FactDefinitionSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Adds a fact for the default application's company."""
        serializer = FactDefinitionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        corporation = services.current_application().corporation
        row = services.save_fact_definition(FactDefinition(corporation=corporation, **serializer.validated_data))
        location = str(reverse("fact-definition-detail", args=[row.pk], request=request))
        return Response(self._shown(row), status=status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(
        summary="Change a fact of your own", request=FactDefinitionChangeSerializer, responses=FactDefinitionSerializer
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Changes its names, its choices, and whether it is personal."""
        row = self.get_object()
        serializer = FactDefinitionChangeSerializer(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        return Response(self._shown(services.save_fact_definition(row)))

    @extend_schema(summary="Delete a fact of your own")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Deletes it with the values of all members; `members` says how many they are."""
        services.remove_fact_definition(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shown(self, row: FactDefinition) -> Any:
        return FactDefinitionSerializer(self.get_queryset().get(pk=row.pk)).data


class MemberFacts(generics.GenericAPIView[MemberFact]):
    """The known facts of one member. Clients with the scope read personal facts in full; staff need a right to."""

    queryset = MemberFact.objects.all()
    serializer_class = MemberFactsSerializer
    filter_backends = ()
    required_scopes = SCOPES

    @extend_schema(
        summary="Get the facts of a member", operation_id="member_facts_retrieve", responses=MemberFactsSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        """Facts without a value are left out."""
        return self._answer(request, get_object_or_404(Member, pk=pk))

    @extend_schema(
        summary="Change facts of a member",
        operation_id="member_facts_partial_update",
        request=MemberFactsRequestSerializer,
        responses=MemberFactsSerializer,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Sets the given facts and leaves the others."""
        return self._write(request, pk, whole=False)

    @extend_schema(
        summary="Replace the facts of a member",
        operation_id="member_facts_update",
        request=MemberFactsRequestSerializer,
        responses=MemberFactsSerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        """Sets the given facts and clears all others. The language stays unless it is given."""
        return self._write(request, pk, whole=True)

    def _write(self, request: Request, pk: int, *, whole: bool) -> Response:
        member = get_object_or_404(Member, pk=pk)
        serializer = MemberFactsRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        facts: dict[str, object] = dict(serializer.validated_data["facts"])
        types = definitions_of(member.corporation_id)
        hidden = set() if _reads_personal(request) else {key for key, fact in types.items() if fact.personal}
        refused = sorted(hidden & set(facts))
        if refused:
            raise FactRefused(
                "This account may not read personal facts.",
                code="fact_personal",
                field=refused[0],
                remedy="Ask an administrator for the right to read personal facts in full.",
            )
        others = dict.fromkeys(set(types) - hidden) if whole else {}
        services.set_facts(member, others | facts, author=author_of(request))
        return self._answer(request, member)

    def _answer(self, request: Request, member: Member) -> Response:
        types = definitions_of(member.corporation_id)
        in_full = _reads_personal(request)
        known = {
            key: fact_values.plain(value)
            if in_full or not types[key].personal
            else fact_values.masked(types[key], value)
            for key, value in stored_values.facts_of(member).items()
            if key in types
        }
        language = {"language": member.language} if member.language else {}
        return Response(MemberFactsSerializer({"user_id": member.user_id, "facts": known | language}).data)


class FactImports(generics.GenericAPIView[MemberFact]):
    """Facts of many members at once."""

    queryset = MemberFact.objects.all()
    serializer_class = FactImportSerializer
    filter_backends = ()
    required_scopes = SCOPES

    @extend_schema(
        summary="Import facts",
        operation_id="facts_import",
        request=FactImportRequestSerializer,
        responses=FactImportSerializer,
    )
    def post(self, request: Request) -> Response:
        """Stores the valid values of up to 5,000 rows, in one transaction, and lists the rejected ones. With `dry_run`
        nothing is stored and the answer is the same.
        """
        serializer = FactImportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        corporation = services.current_application().corporation
        if not _reads_personal(request):
            raise FactRefused(
                "This account may not read personal facts.",
                code="fact_personal",
                remedy="Ask an administrator for the right to read personal facts in full.",
            )
        keys = list(dict.fromkeys(key for row in asked["rows"] for key in row["facts"]))
        known = editable_facts(corporation)
        unknown = [key for key in keys if key not in known]
        if unknown or not keys:
            raise FactRefused(
                f"There is no fact {fact_values.quote(unknown[0])!r}." if unknown else "No row has a fact.",
                code="fact_unknown",
                field="rows",
                remedy=f"Use one of these: {', '.join(known)}.",
            )
        table = Table(rows=iter([(0, ["userid", *keys]), *_cells(asked["rows"], keys)]))
        options = {"strict": asked["strict"], "dry_run": asked["dry_run"]}
        imported = services.import_facts(corporation, table, **options, author=author_of(request))
        return Response(FactImportSerializer(_outcome(imported, strict=asked["strict"], dry_run=asked["dry_run"])).data)


def _cells(rows: list[dict[str, Any]], keys: list[str]) -> list[tuple[int, list[object]]]:
    """The rows of a table: null clears, a missing key leaves."""
    return [
        (
            number,
            [
                row["user_id"],
                *(
                    CLEAR if key in row["facts"] and row["facts"][key] is None else row["facts"].get(key)
                    for key in keys
                ),
            ],
        )
        for number, row in enumerate(rows, start=1)
    ]


def _outcome(findings: services.FactFindings, *, strict: bool, dry_run: bool) -> dict[str, Any]:
    errors = [
        {"row": error.row - 1, "key": error.column, "detail": error.message, "hint": error.remedy}
        for error in findings.errors
    ]
    unknown = [{"row": row - 1, "user_id": user_id} for row, user_id in findings.unknown_people]
    counts = {name: getattr(findings, name) for name in ("rows", "members", "new", "changed", "cleared", "unchanged")}
    applied = not (strict and (errors or unknown))
    return {"dry_run": dry_run, "applied": applied, **counts, "rejected": errors, "unknown_members": unknown}


def _reads_personal(request: Request) -> bool:
    """A client's scope covers personal facts; an account needs a right of its own."""
    who: Any = request.user
    return not hasattr(who, "has_perm") or bool(who.has_perm("wecom.read_memberfact"))
