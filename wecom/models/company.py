"""The corporation, and its applications with their keys."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
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
    """A self-built application (自建应用) of a corporation, with its keys.

    Number 0 is the company's contacts assistant (通讯录同步): it has a secret and a callback form like an application,
    hears of changes in the directory, lists user IDs, and can send nothing.

    `failing_since` is the first of the latest calls that got no answer; `probe_at` is the next try in an outage
    (`wecom.client.outages`), and empty while there is none. At `keys_proven_at` WeChat Work last proved that it has the
    present Token and EncodingAESKey (`wecom.callbacks.key_ring`).
    """

    ASSISTANT: ClassVar[int] = 0
    OLD_KEYS_COUNT: ClassVar[timedelta] = timedelta(hours=1)
    _CALLBACK_KEYS: ClassVar[tuple[str, str]] = ("token", "encoding_aes_key")
    _stored_keys: tuple[str, ...] = ("", "")

    corporation = models.ForeignKey(
        Corporation, models.PROTECT, related_name="applications", verbose_name=_("corporation")
    )
    agent_id = models.PositiveIntegerField(
        _("agent ID"),
        help_text=_("AgentId, such as 1000002; 0 is the contacts assistant (通讯录同步)."),
    )
    name = models.CharField(_("name"), max_length=64, help_text=_("Name shown in WeChat Work."))
    # What speaking with members needs only now and then: each takes as long to decrypt as a row to read.
    KEYS: ClassVar = ("secret", "token", "encoding_aes_key", "old_token", "old_encoding_aes_key")

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
        _("default"), default=False, help_text=_("Programs that name no application send through this one.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    old_token = EncryptedTextField(blank=True, default="", db_default="", editable=False)
    old_encoding_aes_key = EncryptedTextField(blank=True, default="", db_default="", editable=False)
    old_keys_until = models.DateTimeField(null=True, editable=False)
    keys_proven_at = models.DateTimeField(null=True, editable=False)
    access_token = EncryptedTextField(blank=True, default="", editable=False)
    access_token_expires_at = models.DateTimeField(null=True, editable=False)
    token_lease_owner = models.CharField(max_length=32, blank=True, default="", editable=False)
    token_lease_until = models.DateTimeField(null=True, editable=False)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    held_reason = models.TextField(_("why it is held"), blank=True, default="", editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    probe_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "agent_id"], name="application_unique_agent"),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="application_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(agent_id__gt=0),
                name="application_default_sends",
                violation_error_message=_("The contacts assistant sends nothing: choose another default."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep callback keys that are replaced: the console goes on with them until it has the new ones."""
        keys = self.token, self.encoding_aes_key
        if all(self._stored_keys) and self._stored_keys != keys and kwargs.get("update_fields") is None:
            self.old_token, self.old_encoding_aes_key = self._stored_keys
            self.old_keys_until = timezone.now() + self.OLD_KEYS_COUNT
            self.keys_proven_at = None
        super().save(*args, **kwargs)
        self._stored_keys = keys

    @property
    def is_assistant(self) -> bool:
        """Whether this is the contacts assistant."""
        return self.agent_id == self.ASSISTANT

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> Self:
        row = super().from_db(db, field_names, values, **options)
        row._stored_keys = tuple(row.__dict__.get(name, "") for name in cls._CALLBACK_KEYS)
        return row

    def old_keys(self, now: datetime) -> Keys | None:
        """The callback keys before the present ones, for as long as they count.

        Raises `wecom.crypto.CryptoError` if they are malformed.
        """
        if self.old_keys_until is None or self.old_keys_until <= now:
            return None
        aes_key, receive_id = self.old_encoding_aes_key, self.corporation.corp_id
        return Keys.parse(token=self.old_token, encoding_aes_key=aes_key, receive_id=receive_id)

    @property
    def keys(self) -> Keys:
        """The callback keys. Raises `wecom.crypto.CryptoError` if the EncodingAESKey is malformed."""
        return Keys.parse(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id=self.corporation.corp_id)
