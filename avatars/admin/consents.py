"""Consents in the admin: recorded with their evidence, withdrawn, never changed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from avatars import services
from avatars.exceptions import ConsentError
from avatars.forms.consents import ConsentForm, WithdrawForm
from avatars.models import Consent, DigitalHuman, Likeness, Voice
from core.web.admin import NOTHING, ReadOnlyAdmin, action, badge, change_url, link, row_link

STATES = {
    Consent.State.ACTIVE: "good",
    Consent.State.PENDING: "info",
    Consent.State.EXPIRED: "warn",
    Consent.State.WITHDRAWN: "bad",
}


class StateFilter(admin.SimpleListFilter):
    """Consents by how they stand today."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Consent.State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Consent]) -> QuerySet[Consent]:
        day = timezone.localdate()
        kept = queryset.filter(withdrawn_at=None)
        chosen = {
            Consent.State.ACTIVE: queryset.filter(pk__in=Consent.objects.active()),
            Consent.State.PENDING: kept.filter(valid_from__gt=day),
            Consent.State.EXPIRED: kept.filter(valid_until__lt=day),
            Consent.State.WITHDRAWN: queryset.filter(withdrawn_at__isnull=False),
        }
        return chosen.get(self.value() or "", queryset)  # type: ignore[call-overload,no-any-return]


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    form = ConsentForm
    warn_unsaved_form = True
    list_display = ("person", "covers", "stands", "may", "begins", "ends", "made", "recorded_by")
    list_filter = (StateFilter, "digital_humans", "voices")
    search_fields = ("person", "reference")
    search_help_text = _("Search for a name or a reference.")
    ordering = ("-pk",)
    actions_detail = ("withdraw_this",)
    adding = (
        (None, {"fields": ("person", "reference", "humans", "voices", "purposes")}),
        (_("Proof and time"), {"fields": ("evidence", ("valid_from", "valid_until"))}),
    )
    fieldsets = (
        (None, {"fields": ("person", "reference", "covers", "stands", "may", "begins", "ends")}),
        (_("Proof"), {"fields": ("proof", "evidence_sha256", "recorded_by", "recorded_at")}),
        (_("What rests on it"), {"fields": ("videos", "sent")}),
        (_("Withdrawal"), {"fields": ("withdrawn_at", "withdrawn_by", "withdrawn_reason")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        queryset: QuerySet[Consent] = super().get_queryset(request)
        return services.annotate_render_counts(queryset).prefetch_related(
            "likenesses__digital_human", "likenesses__voice"
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("avatars.add_consent")

    def has_act_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("avatars.change_consent")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.adding

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        chosen = {
            name: [pk for pk in request.GET.get(name, "").split(",") if pk.isdecimal()] for name in ("humans", "voices")
        }
        return {**initial, **chosen, "purposes": [Consent.Purpose.CHAT]}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Consent | None:
        consent: Consent | None = super().get_object(request, object_id, from_field)
        if consent is not None:
            consent.may_be_read = request.user.has_perm("avatars.read_consent")  # type: ignore[attr-defined]
        return consent

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: bool) -> None:
        data = form.cleaned_data
        names = ("person", "reference", "purposes", "evidence", "valid_from", "valid_until")
        made = services.record_consent(
            **{name: data[name] for name in names},
            digital_humans=list(data["humans"]),
            voices=list(data["voices"]),
            by=who(request),
        )
        obj.pk = made.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has written the related rows."""

    @display(description=_("covers"))
    def covers(self, consent: Consent) -> str:
        rows = [(_covered(likeness),) for likeness in consent.likenesses.all()]
        return format_html_join(" · ", "{}", rows) or NOTHING

    @display(description=_("status"))
    def stands(self, consent: Consent) -> str:
        state = consent.state()
        return badge(state.label, STATES[state])

    @display(description=_("purposes"))
    def may(self, consent: Consent) -> str:
        return " · ".join(consent.purpose_words)

    @display(description=_("valid from"), ordering="valid_from")
    def begins(self, consent: Consent) -> str:
        return consent.valid_from.isoformat()

    @display(description=_("valid until"), ordering="valid_until")
    def ends(self, consent: Consent) -> str:
        return consent.valid_until.isoformat() if consent.valid_until else gettext("until it is withdrawn")

    @display(description=_("renders"), ordering="render_count")
    def made(self, consent: Any) -> int:
        return int(consent.render_count)

    @display(description=_("evidence"))
    def proof(self, consent: Any) -> str:
        if not consent.may_be_read:
            return gettext("It is kept. You may not open it.")
        if not consent.evidence:
            return gettext("It was erased at the person's request.")
        return link(consent.evidence.url, gettext("Open the evidence"))

    @display(description=_("renders"))
    def videos(self, consent: Any) -> str:
        label = ngettext("%d video", "%d videos", consent.render_count) % consent.render_count
        return link(f"{reverse('admin:avatars_render_changelist')}?rests_on={consent.pk}", label)

    @display(description=_("sent"))
    def sent(self, consent: Consent) -> str:
        """The page of senders is in an app above: it is found by its name."""
        try:
            page = reverse("admin:conversations_message_changelist")
        except NoReverseMatch:
            return NOTHING
        every = link(f"{page}?consent={consent.pk}", gettext("Messages with these videos"))
        lately = link(f"{page}?consent={consent.pk}&recallable=yes", gettext("Those that can still be recalled"))
        return format_html("{} · {}", every, lately)

    @action(
        description=_("Withdraw it"),
        permissions=["act"],
        icon="block",
        dialog={
            "title": _("Withdraw this consent?"),
            "description": _(
                "Videos that show this person or speak with their voice are no longer made or sent, at once: "
                "waiting ones are cancelled, and members get the text. You can then recall those sent in the "
                "last 24 hours from a list."
            ),
            "form_class": WithdrawForm,
            "form_submit_text": _("Withdraw it"),
        },
    )
    def withdraw_this(self, request: HttpRequest, form: WithdrawForm, object_id: str) -> HttpResponse:
        consent = Consent.objects.get(pk=object_id)
        data = form.cleaned_data
        try:
            ended = services.withdraw_consent(consent, by=who(request), reason=data["reason"], videos=data["videos"])
        except ConsentError as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.log_change(request, consent, gettext("Withdrawn."))
            message = gettext("The consent is withdrawn. Cancelled: %(cancelled)d; videos put away: %(videos)d.")
            self.message_user(
                request, message % {"cancelled": ended.cancelled, "videos": ended.videos}, messages.SUCCESS
            )
            for warning in _still_allowed(consent):
                self.message_user(request, warning, messages.WARNING)
        return HttpResponse(headers={"HX-Redirect": change_url(consent)})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nothing for one that is withdrawn."""
        is_kept = Consent.objects.filter(pk=object_id, withdrawn_at=None).exists()
        return list(super().get_actions_detail(request, object_id)) if is_kept else []


def who(request: HttpRequest) -> str:
    """The signed-in user, by the name that records keep."""
    return str(request.user.get_username())


def consent_badge(human: Any) -> str:
    """Whether a digital human may be shown and heard; with the annotations of `annotate_consents`."""
    badges = [_face_badge(human)]
    if not human.voice_stated and not human.voice_consented:
        badges.append(badge(_("voice: no active consent"), "bad"))
    return format_html_join(" ", "{}", [(each,) for each in badges])


def voice_badge(voice: Any) -> str:
    """Whether a voice may speak; with the annotation of `annotate_voice_consents`."""
    if voice.stated:
        return badge(_("synthetic"))
    return badge(_("consented"), "good") if voice.voice_consented else badge(_("no active consent"), "bad")


def _face_badge(human: Any) -> str:
    if human.stated:
        return badge(_("drawn"))
    return badge(_("consented"), "good") if human.face_consented else badge(_("no active consent"), "bad")


def _covered(likeness: Likeness) -> str:
    row: Any = likeness.digital_human or likeness.voice
    line = row_link(row)
    if likeness.voice is not None:
        line = format_html("{} ({})", line, gettext("voice"))
        if likeness.voice.identity != likeness.voice_key:
            line = format_html("{} ({})", line, gettext("an earlier voice"))
    elif str(row.portrait.name) != likeness.portrait:
        line = format_html("{} ({})", line, gettext("an earlier picture"))
    return format_html('<span class="ou-line">{}</span> ', line)


def _still_allowed(consent: Consent) -> list[str]:
    """The uses that another consent allows though this one was withdrawn, in words."""
    humans: Any = services.annotate_consents(DigitalHuman.objects.filter(likenesses__consent=consent))
    shown = gettext("%(human)s may still be shown: there is another active consent. Withdraw that, too?")
    heard = gettext("%(voice)s may still be heard: there is another active consent. Withdraw that, too?")
    voices: Any = services.annotate_voice_consents(Voice.objects.filter(likenesses__consent=consent))
    return [
        *(shown % {"human": human} for human in humans if human.face_consented),
        *(heard % {"voice": voice} for voice in voices if voice.voice_consented),
    ]
