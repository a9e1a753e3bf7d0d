"""Cards that change after a click, and the menu below the chat."""

from datetime import timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.work.base import Work
from wecom import platform_quirks
from wecom.contents.splitting import size
from wecom.models.company import Application


class CardUpdate(Work):
    """One change of one card for one member: a greyed text replaces its buttons, or another card replaces it.

    Each response code is good for one.
    """

    SEARCHED: ClassVar = ("user_id",)

    task = "wecom.update_card"
    max_attempts = 12
    lease = timedelta(seconds=45)
    valid_for: ClassVar[timedelta] = timedelta(hours=72)

    class Reason(models.TextChoices):
        EXPIRED = "expired", _("too late: a card can be changed for 72 hours")
        USED = "used", _("the card was changed before, or it is too late")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        REFUSED = "refused", _("the platform refused it")
        RECIPIENT = "recipient", _("the recipient cannot be reached")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="card_updates", verbose_name=_("application")
    )
    response_code = models.CharField(max_length=255, editable=False)
    user_id = models.CharField(_("user ID"), max_length=64)
    text = models.CharField(
        _("text"), max_length=100, blank=True, help_text=_("Stands in the place of the buttons, greyed.")
    )
    card = models.JSONField(_("card"), null=True, blank=True, help_text=_("Takes the place of the one before."))
    options = models.JSONField(default=dict, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    in_doubt = models.BooleanField(default=False, editable=False)
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    class Meta:
        verbose_name = _("card change")
        verbose_name_plural = _("card changes")
        constraints = [
            models.UniqueConstraint(fields=["application", "response_code"], name="cardupdate_one_per_code"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="cardupdate_due"),
            models.Index(fields=["cid"], name="cardupdate_cid"),
            models.Index(fields=["-id"], condition=~models.Q(reason=""), name="cardupdate_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} #{self.pk}"


class MenuButtonQuerySet(models.QuerySet["MenuButton"]):
    """Queries on menu buttons."""

    def of(self, application: Application) -> "MenuButtonQuerySet":
        """An application's buttons, as they stand: left to right, top to bottom."""
        return self.filter(application=application).select_related("parent").order_by("position", "pk")


class MenuButton(models.Model):
    """A button of the menu below the chat: at most three, each of which may open a menu of at most five.

    Source of the limits: https://developer.work.weixin.qq.com/document/path/90231.
    """

    TOPS, SUBS = 3, 5
    KEY, URL = 128, 1024  # bytes

    class Kind(models.TextChoices):
        CLICK = "click", _("sends an event")
        VIEW = "view", _("opens a web page")
        SCAN = "scancode_push", _("scans a code and shows what it says")
        SCAN_AND_WAIT = "scancode_waitmsg", _("scans a code and waits for an answer")
        TAKE_PICTURE = "pic_sysphoto", _("takes a picture")
        TAKE_OR_CHOOSE = "pic_photo_or_album", _("takes or chooses a picture")
        CHOOSE_PICTURE = "pic_weixin", _("chooses a picture")
        CHOOSE_PLACE = "location_select", _("chooses a place")
        MINI_PROGRAM = "view_miniprogram", _("opens a mini-program")
        MENU = "menu", _("opens a menu")

    # Those that bring a key: in an event, with what was scanned, sent or chosen.
    KEYED = (
        *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
        "location_select",
    )

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="menu_buttons", verbose_name=_("application")
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        limit_choices_to={"kind": "menu"},
        verbose_name=_("in the menu of"),
        help_text=_("Empty for one of the at most three buttons of the bar."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("From left to right in the bar, from top to bottom in a menu.")
    )
    name = models.CharField(
        _("name"),
        max_length=40,
        help_text=_("In the bar at most 5 Chinese characters or 16 letters, in a menu 13 or 40."),
    )
    kind = models.CharField(_("what it does"), max_length=24, choices=Kind, default=Kind.CLICK)
    key = models.CharField(
        _("key"),
        max_length=128,
        blank=True,
        help_text=_("A command, like /help, or the word that begins a flow. Up to 128 bytes."),
    )
    url = models.CharField(_("web address"), max_length=1024, blank=True, help_text=_("Begins with https://."))
    app_id = models.CharField(
        _("app ID"), max_length=64, blank=True, help_text=_("Of a mini-program that is bound to the application.")
    )
    page = models.CharField(_("page"), max_length=1024, blank=True, help_text=_("Of the mini-program: pages/index"))

    objects = MenuButtonQuerySet.as_manager()

    class Meta:
        verbose_name = _("menu button")
        verbose_name_plural = _("menu buttons")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="menu")
                | (
                    models.Q(
                        kind__in=(
                            *("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album"),
                            *("pic_weixin", "location_select"),
                        )
                    )
                    & ~models.Q(key="")
                )
                | (models.Q(kind="view") & ~models.Q(url=""))
                | (models.Q(kind="view_miniprogram") & ~models.Q(app_id="") & ~models.Q(page="")),
                name="menubutton_does_something",
                violation_error_message=_("A button needs a key, a web address, or the page of a mini-program."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def limit(self) -> int:
        """The bytes that its name may have, where it stands."""
        quirks = platform_quirks.current
        return quirks.sub_menu_name_bytes if self.parent_id else quirks.menu_name_bytes

    def clean(self) -> None:
        """Errors for values that the platform would refuse, each at its field."""
        self.name, self.key, self.url = self.name.strip(), self.key.strip(), self.url.strip()
        self.app_id, self.page = self.app_id.strip(), self.page.strip()
        self._forget_what_is_not_used()
        problems = {**self._wrong_target(), **self._wrong_place()}
        if size(self.name) > self.limit:
            fault = _("This has %(size)d bytes; here %(limit)d are the most, and a Chinese character has 3.")
            problems["name"] = ValidationError(fault, params={"size": size(self.name), "limit": self.limit})
        if problems:
            raise ValidationError(problems)

    def _forget_what_is_not_used(self) -> None:
        if self.kind not in self.KEYED:
            self.key = ""
        if self.kind != self.Kind.VIEW:
            self.url = ""
        if self.kind != self.Kind.MINI_PROGRAM:
            self.app_id = self.page = ""

    def _wrong_target(self) -> dict[str, ValidationError]:
        if self.kind == self.Kind.CLICK and not self.key:
            fault = _("Say what it asks: a command, like /help, or the word that begins a flow.")
            return {"key": ValidationError(fault)}
        if self.kind in self.KEYED and not self.key:
            return {"key": ValidationError(_("Give it a key: the event of the press brings it."))}
        if size(self.key) > self.KEY:
            return {"key": ValidationError(_("At most 128 bytes; a Chinese character has 3."))}
        if self.kind == self.Kind.VIEW:
            return self._wrong_address()
        if self.kind == self.Kind.MINI_PROGRAM:
            return self._wrong_page()
        return {}

    def _wrong_page(self) -> dict[str, ValidationError]:
        problems = {}
        if not self.app_id:
            problems["app_id"] = ValidationError(_("Enter the app ID of the mini-program, like wx1234567890abcdef."))
        if not self.page:
            problems["page"] = ValidationError(_("Enter the page to open, like pages/index."))
        elif size(self.page) > self.URL:
            problems["page"] = ValidationError(_("At most 1,024 bytes."))
        return problems

    def _wrong_address(self) -> dict[str, ValidationError]:
        if size(self.url) > self.URL:
            return {"url": ValidationError(_("At most 1,024 bytes."))}
        try:
            URLValidator(schemes=["http", "https"])(self.url)
        except ValidationError:
            return {"url": ValidationError(_("Enter a web address that begins with https://."))}
        return {}

    def _wrong_place(self) -> dict[str, ValidationError]:
        if self.parent is not None:
            if self.kind == self.Kind.MENU:
                return {"kind": ValidationError(_("A menu cannot open another menu: only buttons of the bar can."))}
            if self.parent.parent_id or self.parent.kind != self.Kind.MENU or self.parent_id == self.pk:
                return {"parent": ValidationError(_("Choose a button of the bar that opens a menu."))}
            if self.parent.application_id != self.application_id:
                return {"parent": ValidationError(_("Choose a button of the same application."))}
        elif self.kind != self.Kind.MENU and self.pk and self.children.exists():
            return {"kind": ValidationError(_("It has buttons in its menu. Move or delete those first."))}
        beside = MenuButton.objects.filter(application_id=self.application_id, parent=self.parent_id)
        most = self.SUBS if self.parent_id else self.TOPS
        if beside.exclude(pk=self.pk).count() < most:
            return {}
        full = _("This menu has five buttons already.") if self.parent_id else _("The bar has three buttons already.")
        return {"parent": ValidationError(full)}


class MenuPublication(Work):
    """A publication of the menu, with the buttons of that moment. The newest counts."""

    task = "wecom.publish_menu"
    max_attempts = 12
    lease = timedelta(seconds=45)

    class Reason(models.TextChoices):
        SUPERSEDED = "superseded", _("a newer menu was published")
        HELD = "held", _("waits for a setting to be corrected")
        BUSY = "busy", _("the platform is busy")
        REFUSED = "refused", _("the platform refused it")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="menu_publications", verbose_name=_("application")
    )
    buttons = models.JSONField(_("buttons"), default=list, help_text=_("As the platform gets them; none removes it."))
    errcode = models.IntegerField(_("error code"), null=True, blank=True)

    class Meta:
        verbose_name = _("published menu")
        verbose_name_plural = _("published menus")
        indexes = [
            models.Index(fields=["status", "due_at"], name="menupublication_due"),
            models.Index(fields=["order_key", "status", "id"], name="menupublication_order"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"
