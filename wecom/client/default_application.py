"""Which application is meant, and its callback address."""

from django.conf import settings
from django.urls import reverse

from wecom.exceptions import NotConfigured
from wecom.models import Application


def default() -> Application:
    """The default application. Raises `NotConfigured` if there is none."""
    application = Application.objects.select_related("corporation").filter(is_default=True).first()
    if application is None:
        raise NotConfigured(
            "No WeChat Work application is connected.",
            code="not_configured",
            remedy="Set the WECHAT_* variables or add an application in the admin.",
        )
    return application


def with_credentials(corp_id: str, corp_secret: str) -> Application:
    """The connected application with these credentials. Raises `NotConfigured` if there is none."""
    rows = Application.objects.select_related("corporation").filter(corporation__corp_id=corp_id)
    application = next((row for row in rows if row.secret == corp_secret), None)
    if application is not None:
        return application
    # The platform is not asked: a wrong secret would get our address banned for an hour.
    if rows.exists():
        fault, field = "No connected application has this secret.", "corp_secret"
        remedy = "Copy it from Console → Applications → your application → Secret, and save it in the admin first."
    else:
        fault, field = "No application of this corp ID is connected.", "corp_id"
        remedy = "Set WECHAT_CORP_ID and its companions, or add the application in the admin first."
    raise NotConfigured(fault, code="unknown_credentials", field=field, remedy=remedy)


def webhook_url(application: Application) -> str:
    """The callback address to enter in the console under “Receive messages”.

    For the default application `WECHAT_WEBHOOK_URL`, if set; else SITE_URL with the application's own path.
    """
    if application.is_default and settings.WECOM["WEBHOOK_URL"]:
        return str(settings.WECOM["WEBHOOK_URL"])
    path = reverse("webhook") if application.is_default else reverse("webhook-of", args=[application.webhook_key])
    return f"{settings.SITE_URL.rstrip('/')}{path}"
