"""Who we are there: the corporation, its applications with their keys, and the people we have met."""

import secrets

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openuser.lib.fields import EncryptedTextField
from wecom.crypto import Keys


def new_webhook_key() -> str:
    """A random name for an application's own webhook address."""
    return secrets.token_hex(16)


class Corporation(models.Model):
    """The company as WeChat Work knows it."""

    corp_id = models.CharField(
        _("corp ID"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^w[wxp][0-9a-zA-Z]{4,62}$", _("A corp ID looks like ww1234567890abcdef."))],
        help_text=_("Console → My company → Corp ID, like ww1234567890abcdef."),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    accounts = models.PositiveIntegerField(
        _("account limit"),
        default=0,
        help_text=_(
            "Console → My company → account limit (帐号上限). Each application may send 200 times as many messages "
            "a day; with 0 this limit is left to WeChat Work."
        ),
    )

    class Meta:
        verbose_name = _("corporation")
        verbose_name_plural = _("corporations")

    def __str__(self) -> str:
        return self.name or self.corp_id


class Application(models.Model):
    """A self-built application (自建应用) of a corporation, with its keys."""

    corporation = models.ForeignKey(
        Corporation, models.PROTECT, related_name="applications", verbose_name=_("corporation")
    )
    agent_id = models.PositiveIntegerField(
        _("agent ID"), validators=[MinValueValidator(1)], help_text=_("The number of the application, like 1000002.")
    )
    name = models.CharField(_("name"), max_length=64, help_text=_("As people see it in WeChat Work."))
    secret = EncryptedTextField(_("secret"), help_text=_("Console → Applications → your application → Secret."))
    token = EncryptedTextField(
        _("callback token"), help_text=_("The Token of “Receive messages”: up to 32 letters and digits.")
    )
    encoding_aes_key = EncryptedTextField(
        _("EncodingAESKey"), help_text=_("The EncodingAESKey of “Receive messages”: 43 letters and digits.")
    )
    api_base_url = models.URLField(
        _("API address"), default="https://qyapi.weixin.qq.com", help_text=_("Change it only for a proxy or a test.")
    )
    webhook_key = models.CharField(max_length=32, unique=True, default=new_webhook_key, editable=False)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Used where a program sends without naming an application.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    access_token = EncryptedTextField(blank=True, default="", editable=False)
    access_token_expires_at = models.DateTimeField(null=True, editable=False)
    token_lease_owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    token_lease_until = models.DateTimeField(null=True, editable=False)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    held_reason = models.TextField(_("why it is held"), blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "agent_id"], name="application_unique_agent"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="application_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def keys(self) -> Keys:
        """The callback keys. Raises `wecom.crypto.CryptoError` where the EncodingAESKey is malformed."""
        return Keys.parse(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id=self.corporation.corp_id)


class Member(models.Model):
    """A person in the company (成员), made on first contact. User IDs are lower-cased: the platform ignores case."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="members", verbose_name=_("corporation"))
    user_id = models.CharField(_("user ID"), max_length=64)
    name = models.CharField(_("name"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "user_id"], name="member_unique_user_id"),
        ]

    def __str__(self) -> str:
        return self.name or self.user_id
