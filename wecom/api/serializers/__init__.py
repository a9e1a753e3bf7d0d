"""Serializers of the API, by subject."""

from wecom.api.serializers.applications import (
    TEXT_SCOPE,
    ApplicationSerializer,
    CallbackSerializer,
    ConnectionSerializer,
    FindingSerializer,
)
from wecom.api.serializers.deliveries import (
    AttemptSerializer,
    BusySerializer,
    ClosedSerializer,
    ForecastSerializer,
    GaugeSerializer,
    OutboundResultsSerializer,
    OutboundSerializer,
    QuotaSerializer,
    QuotasSerializer,
    ResultSerializer,
    UploadRequestSerializer,
    UploadSerializer,
)
from wecom.api.serializers.directory import (
    USER_ID,
    DepartmentSerializer,
    DirectorySyncRequestSerializer,
    DirectorySyncSerializer,
    MemberChangeSerializer,
    MemberSerializer,
    TagSerializer,
)
from wecom.api.serializers.menus import MenuRequestSerializer, MenuSerializer
from wecom.api.serializers.privacy import PersonRequestSerializer, PrivacyRequestSerializer
