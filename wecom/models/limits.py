"""Recent sends, counted against the platform's limits, and the interfaces that it closed to us."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wecom.models.company import Application, Corporation


class SendReservation(models.Model):
    """One message to one member, which the platform counts for an hour. Of a message to many, one for each of them.

    Calls of a broadcast are counted by `BroadcastReservation` instead.

    The database does not check its keys: of a thousand rows for a message to many, that took most of the time.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="send_reservations", db_constraint=False, db_index=False
    )
    user_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    outbound = models.ForeignKey(
        "wecom.Outbound", models.CASCADE, related_name="send_reservations", db_constraint=False
    )

    class Meta:
        db_table = "wecom_spending"
        verbose_name = _("counted message")
        verbose_name_plural = _("counted messages")
        indexes = [models.Index(fields=["application", "user_id", "at"], name="spending_lately")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%H:%M:%S}"


class BroadcastReservation(models.Model):
    """Calls of one broadcast, which go to different members: it counts once for every member, at its latest call.

    A million members are a row and not a million. That a member who is not in it is counted, too, makes a message wait
    early and never late.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="broadcast_reservations")
    broadcast = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("counted broadcast")
        verbose_name_plural = _("counted broadcasts")
        constraints = [
            models.UniqueConstraint(fields=["application", "broadcast"], name="broadcast_reservation_unique")
        ]

    def __str__(self) -> str:
        return f"{self.broadcast} {self.at:%H:%M:%S}"


class DailyQuota(models.Model):
    """How many members an application wrote to on one day of China's calendar; one message to many counts for each.

    The count is the sum of its shards, so that senders need not wait for each other at one row.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="daily_quotas")
    day = models.DateField()
    shard = models.PositiveSmallIntegerField(default=0, db_default=0)
    recipients = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "wecom_daycount"
        verbose_name = _("count of a day")
        verbose_name_plural = _("counts of days")
        constraints = [models.UniqueConstraint(fields=["application", "day", "shard"], name="day_count_unique")]

    def __str__(self) -> str:
        return f"{self.day}: {self.recipients}"


class CallQuota(models.Model):
    """How often a corporation called one interface within ten seconds: the sum of its shards, as above."""

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="call_quotas")
    api = models.CharField(max_length=60)
    slot = models.DateTimeField()
    shard = models.PositiveSmallIntegerField(default=0, db_default=0)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "wecom_callcount"
        verbose_name = _("count of calls")
        verbose_name_plural = _("counts of calls")
        constraints = [
            models.UniqueConstraint(fields=["corporation", "api", "slot", "shard"], name="call_count_unique")
        ]

    def __str__(self) -> str:
        return f"{self.api} {self.slot:%H:%M:%S}: {self.calls}"


class Circuit(models.Model):
    """An interface that the platform closed to a corporation: no calls before `until`.

    `step` counts the times that it was closed again at once: a minute, an hour, the rest of the day.
    """

    corporation = models.ForeignKey(Corporation, models.CASCADE, related_name="circuits")
    api = models.CharField(_("interface"), max_length=60)
    errcode = models.IntegerField(_("error code"))
    step = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("closed interface")
        verbose_name_plural = _("closed interfaces")
        constraints = [models.UniqueConstraint(fields=["corporation", "api"], name="circuit_unique")]

    def __str__(self) -> str:
        return f"{self.api} ({self.errcode})"
