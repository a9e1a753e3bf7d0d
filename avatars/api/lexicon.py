"""The lexicon over REST, and previews of how a script is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as ModelValidationError
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from avatars import services
from avatars.api.serializers import ScriptField
from avatars.models import LexiconEntry
from avatars.speech.text.lint import Code, Source
from avatars.speech.text.speaking_style import Mood
from core.web.api_fields import ChoiceField, StrictModelSerializer, StrictSerializer

LANGUAGES = ["zh", "en"]
SOURCES = [source.value for source in Source]
CODES = [code.value for code in Code]


class LexiconEntrySerializer(StrictModelSerializer[LexiconEntry]):
    """A word and its reading."""

    class Meta:
        model = LexiconEntry
        fields = ("id", "token", "reading", "match_case", "notes", "created_at")
        read_only_fields = ("created_at",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        before = self.instance or LexiconEntry()
        row = LexiconEntry(token=attrs.get("token", before.token), reading=attrs.get("reading", before.reading))
        try:
            row.clean()
        except ModelValidationError as error:
            raise serializers.ValidationError(serializers.as_serializer_error(error)) from error
        return attrs


class ReadingRequestSerializer(StrictSerializer):
    """The script to preview."""

    text = ScriptField(max_length=settings.AVATARS["MAX_CHARACTERS"], help_text="A script.")


class WordSerializer(serializers.Serializer[Any]):
    """A word, character or number of the script."""

    offset = serializers.IntegerField(help_text="Offset in the script, in characters.")
    length = serializers.IntegerField()
    spoken = serializers.CharField(help_text="The words that are spoken for it.")
    reading = serializers.CharField(allow_blank=True, help_text="Pinyin for Chinese, IPA for English; empty if unsaid.")
    known_from = ChoiceField(SOURCES, source="source", help_text="Where the reading comes from.")


class LineSerializer(serializers.Serializer[Any]):
    """A sentence."""

    offset = serializers.IntegerField()
    length = serializers.IntegerField()
    language = ChoiceField(LANGUAGES)
    spoken = serializers.CharField(help_text="The whole sentence, with numbers written out.")
    mood = ChoiceField([mood.value for mood in Mood], help_text="The mood that a mark before the sentence gives it.")
    pace = serializers.FloatField(help_text="The factor of the pace that a mark gives it; 1 without one.")
    words = WordSerializer(many=True)


class CommentSerializer(serializers.Serializer[Any]):
    """A possible problem with a reading."""

    code = ChoiceField(CODES)
    offset = serializers.IntegerField()
    length = serializers.IntegerField()
    written = serializers.CharField(allow_blank=True, help_text="The part of the script it refers to.")
    words = serializers.CharField()
    remedy = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """The readings of a script."""

    text = serializers.CharField(help_text="The script without surrounding whitespace; offsets refer to it.")
    lines = LineSerializer(many=True)
    comments = CommentSerializer(many=True)
    seconds = serializers.FloatField(help_text="Estimated duration at the voice's default speed.")


@extend_schema_view(
    list=extend_schema(summary="List the lexicon"),
    retrieve=extend_schema(summary="Get a lexicon entry"),
    partial_update=extend_schema(summary="Change a lexicon entry"),
    destroy=extend_schema(summary="Delete a lexicon entry"),
)
class Lexicon(viewsets.ModelViewSet[LexiconEntry]):
    """Words with readings of their own. Changes do not affect finished videos."""

    queryset = LexiconEntry.objects.all()
    serializer_class = LexiconEntrySerializer
    filterset_fields = ("token",)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    required_scopes = {
        "GET": "digital_humans:read",
        "POST": "digital_humans:write",
        "PATCH": "digital_humans:write",
        "DELETE": "digital_humans:write",
    }

    @extend_schema(summary="Add a lexicon entry", responses={201: LexiconEntrySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Each word can be in the lexicon once."""
        answer = super().create(request, *args, **kwargs)
        answer["Location"] = reverse("lexicon-detail", args=[answer.data["id"]], request=request)
        return answer


class Readings(viewsets.ViewSet):
    """Previews of readings."""

    pagination_class = None
    required_scopes = {"POST": "digital_humans:read"}
    # A child process reads dictionaries for seconds; done twice, nothing is changed.
    works_outside_transaction = True
    queryset = LexiconEntry.objects.none()

    def get_queryset(self) -> Any:
        return self.queryset

    @extend_schema(
        summary="See how a script will be read",
        request=ReadingRequestSerializer,
        responses={200: PreviewSerializer, 422: OpenApiResponse(None)},
    )
    def create(self, request: Request) -> Response:
        """Shows the reading of every word, and possible problems. Stores nothing."""
        wish = ReadingRequestSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        return Response(PreviewSerializer(services.preview_script(wish.validated_data["text"])).data)
