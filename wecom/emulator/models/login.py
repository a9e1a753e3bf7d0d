"""Members who sign in to somebody's pages through the platform (OAuth2, 网页授权登录)."""

from django.db import models

from wecom.emulator.models.base import Row
from wecom.emulator.models.directory import Corp, Member


class LoginCode(Row):
    """What a page gets for a member who came to it: good once, for five minutes."""

    LIFETIME = 5 * 60.0  # seconds

    corp = models.ForeignKey(Corp, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, help_text="Empty: somebody from outside.")
    code = models.CharField(max_length=128, unique=True)
    private = models.BooleanField(default=False, help_text="With scope=snsapi_privateinfo.")
    created_at = models.FloatField()
    used = models.BooleanField(default=False)

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.code


class UserTicket(Row):
    """What lets an application read a member's personal data for half an hour."""

    LIFETIME = 1800.0  # seconds

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    ticket = models.CharField(max_length=128, unique=True)
    created_at = models.FloatField()

    class Meta:
        app_label = "emulator"

    def __str__(self) -> str:
        return self.ticket
