"""Authenticator apps and recovery codes of accounts: enrolment, verification, removal."""

from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

CODES = 10
DIGITS = 6
HALF = 4  # characters of a recovery code before its hyphen
LONGEST_WAIT = 7  # wrong codes, after which a device waits for 64 seconds
NOT_REQUIRED = ("offered", "suggested")


def is_required() -> bool:
    """Whether staff must have a second factor. A misspelt setting requires it."""
    return settings.SECOND_FACTOR not in NOT_REQUIRED


def is_suggested() -> bool:
    """Whether the home page tells superusers that they have none."""
    return bool(settings.SECOND_FACTOR == "suggested")


def device_of(user: AbstractBaseUser) -> Device | None:
    """The enrolled authenticator app of an account."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).first()


def new_device(user: AbstractBaseUser) -> Any:
    """The device that an account is about to enrol; the same until its first code is right."""
    pending = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()
    return pending or TOTPDevice.objects.create(user=user, name="TOTP", confirmed=False)


def qr_code(device: Any) -> str:
    """The QR code of a new device, as the URI of an SVG image."""
    return str(segno.make(device.config_url).svg_data_uri(scale=5, border=2, light="white"))


def secret_of(device: Any) -> str:
    """The key of a new device in groups of four, for apps that cannot scan."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[place : place + HALF] for place in range(0, len(key), HALF))


@transaction.atomic
def enrol(user: AbstractBaseUser, code: str) -> Any:
    """Enrol the new device if the code is right: the device, or None."""
    device = new_device(user)
    if not _verified(user, device, code):
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    device.refresh_from_db()
    return device


@transaction.atomic
def renew_recovery_codes(user: AbstractBaseUser) -> list[str]:
    """New recovery codes, each for one log-in; the old ones stop working."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    tokens = [StaticToken.random_token() for _ in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=token) for token in tokens)
    return [f"{token[:HALF]}-{token[HALF:]}" for token in tokens]


def recovery_codes_left(user: AbstractBaseUser) -> int:
    """How many recovery codes an account has not used."""
    return int(StaticToken.objects.filter(device__user=user).count())


def verify(user: AbstractBaseUser, code: str, *, is_known: bool = False) -> Device | None:
    """The device that accepts a code. After wrong codes it accepts none for a while, twice as long each time.

    That ends at a minute, and does not hold where the visitor `is_known`: else who knows the password could keep the
    owner out.
    """
    plain = _plain(code)
    is_totp = plain.isdigit() and len(plain) == DIGITS
    kind = TOTPDevice if is_totp else StaticDevice
    device = kind.objects.devices_for_user(user, confirmed=True).first()
    if device is None:
        return None
    rows = kind.objects.filter(pk=device.pk)
    if is_known:
        rows.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    verified = _verified(user, device, code)
    rows.filter(throttling_failure_count__gt=LONGEST_WAIT).update(throttling_failure_count=LONGEST_WAIT)
    return verified


@transaction.atomic
def remove(user: AbstractBaseUser) -> bool:
    """Remove the authenticator app and the recovery codes of an account; whether there were any."""
    removed = [kind.objects.filter(user=user).delete()[0] for kind in (StaticDevice, TOTPDevice)]
    return any(removed)


def _verified(user: AbstractBaseUser, device: Device, code: str) -> Device | None:
    return verify_token(user, device.persistent_id, _plain(code))


def _plain(code: str) -> str:
    """A code without the spaces and hyphens that apps and people write."""
    return "".join(code.split()).replace("-", "").lower()
