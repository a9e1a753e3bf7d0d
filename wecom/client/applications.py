"""Which application is meant: the default one, or that of a corp ID and a secret; and where it is called."""

from django.conf import settings
from django.urls import reverse

from wecom.exceptions import NotConfigured
from wecom.models import Application


def default() -> Application:
    """The application of functions that name none. Raises `NotConfigured` where none is connected."""
    application = Application.objects.select_related("corporation").filter(is_default=True).first()
    if application is None:
        raise NotConfigured(
            "No WeChat Work application is connected.",
            code="not_configured",
            remedy="Set the WECHAT_* variables or add an application in the admin.",
        )
    return application


def with_credentials(corp_id: str, corp_secret: str) -> Application:
    """The connected application with these. Raises `NotConfigured` where there is none."""
    rows = Application.objects.select_related("corporation").filter(corporation__corp_id=corp_id)
    found = next((row for row in rows if row.secret == corp_secret), None)
    if found is not None:
        return found
    # Asking the platform with a wrong secret would get our address banned for an hour.
    if rows.exists():
        words, field = "No connected application has this secret.", "corp_secret"
        remedy = "Copy it from Console → Applications → your application → Secret, and save it in the admin first."
    else:
        words, field = "No application of this corp ID is connected.", "corp_id"
        remedy = "Set WECHAT_CORP_ID and its companions, or add the application in the admin first."
    raise NotConfigured(words, code="unknown_credentials", field=field, remedy=remedy)


def webhook_url(application: Application) -> str:
    """Where WeChat Work is to call this application, as it is entered in the console under “Receive messages”.

    `WECHAT_WEBHOOK_URL` where it is set, for the default application; else SITE_URL with the application's own path.
    """
    if application.is_default and settings.WECOM["WEBHOOK_URL"]:
        return str(settings.WECOM["WEBHOOK_URL"])
    path = reverse("webhook") if application.is_default else reverse("webhook-of", args=[application.webhook_key])
    return f"{settings.SITE_URL.rstrip('/')}{path}"
