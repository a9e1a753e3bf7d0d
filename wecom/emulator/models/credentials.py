"""Tokens, tickets and codes that the platform issues, and failed attempts to get one."""

from django.db import models

from wecom.emulator.models.applications import App
from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import Corp, Member


class AccessToken(Row):
    """An access token. Times are Unix seconds of the emulator's clock."""

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="tokens")
    value = models.CharField(max_length=128, unique=True)
    expires_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.app_id} until {self.expires_at:.0f}"


class WrongSecret(Row):
    """A `gettoken` call with a wrong secret. Several within an hour block the address that they come from."""

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    address = models.CharField(max_length=64)
    at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return f"{self.address} at {self.at:.0f}"


class JsTicket(Row):
    """A ticket with which pages sign their use of the JS-SDK."""

    class Kind(models.TextChoices):
        COMPANY = "company", "config"
        APPLICATION = "application", "agentConfig"

    LIFETIME = 7200.0  # seconds

    app_id: int

    app = models.ForeignKey(App, on_delete=models.CASCADE)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.CharField(max_length=128, unique=True)
    expires_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.value


class LoginCode(Row):
    """A code that tells a page who signs in (网页授权登录). It works once, within five minutes."""

    LIFETIME = 5 * 60.0  # seconds

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, help_text="Empty: a person from outside.")
    code = models.CharField(max_length=128, unique=True)
    private = models.BooleanField(default=False, help_text="With scope=snsapi_privateinfo.")
    created_at = models.FloatField()
    used = models.BooleanField(default=False)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.code


class UserTicket(Row):
    """A ticket with which an application reads a member's personal data for half an hour."""

    LIFETIME = 1800.0  # seconds

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    ticket = models.CharField(max_length=128, unique=True)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.ticket
