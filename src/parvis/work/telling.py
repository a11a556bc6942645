"""Tell somebody of an alarm: by a webhook, by mail."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import httpx
import ibis

from parvis.lake.workspace import Workspace

if TYPE_CHECKING:
    from parvis.domain.settings import ListenSettings

__all__ = ["Told", "tell"]

#: What happened longer ago is history: nobody is woken for it.
_NEWS: Final = timedelta(hours=24)
_TIMEOUT_SECONDS: Final = 10.0
#: The password of the mail server; never in `parvis.toml`.
PASSWORD: Final = "PARVIS_SMTP_PASSWORD"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Told:
    """Of how many alarms somebody was told, and what went wrong."""

    alarms: int
    problems: tuple[str, ...]


def tell(workspace: Workspace) -> Told:
    """Tell of the alarms of the last day that nobody was told of; what fails is tried again.

    The webhook is sent `{"workspace", "alerts": [...]}`, each alert with the columns of the
    table; the texts themselves are not in it.
    """
    rules = workspace.settings.listen
    if not (rules.webhook or (rules.mail_to and rules.mail_server)):
        return Told(0, ())
    engine = workspace.engine
    alerts = engine.table("alerts")
    recent = ibis.literal(datetime.now(UTC) - _NEWS, "timestamp('UTC')")
    waiting = engine.rows(
        alerts.filter(alerts.told_at.isnull(), alerts.noticed_at >= recent).order_by("noticed_at")
    )
    if not waiting:
        return Told(0, ())
    name, problems = workspace.settings.workspace.name, []
    if rules.webhook:
        problems += _posted(rules.webhook, name, waiting)
    if rules.mail_to and rules.mail_server:
        problems += _mailed(rules, name, waiting)
    if problems:
        return Told(0, tuple(problems))
    known = alerts.filter(alerts.alert_id.isin([r["alert_id"] for r in waiting]))
    now = ibis.literal(datetime.now(UTC), "timestamp('UTC')")
    done = engine.stage(known.mutate(told_at=now))
    engine.reconcile("alerts", done, done.select("alert_id"))
    return Told(len(waiting), ())


def _posted(address: str, name: str, alerts: Sequence[dict[str, Any]]) -> list[str]:
    rows = [
        {k: v.isoformat() if isinstance(v, datetime) else v for k, v in r.items()} for r in alerts
    ]
    try:
        told = {"workspace": name, "alerts": rows}
        answer = httpx.post(address, json=told, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        host = urlsplit(address).hostname
        return [f"The webhook at {host} didn't take the alarm: {error or type(error).__name__}."]
    return []


def _mailed(rules: ListenSettings, name: str, alerts: Sequence[dict[str, Any]]) -> list[str]:
    server = urlsplit(rules.mail_server)
    mail = EmailMessage()
    mail["Subject"] = f"{name}: {len(alerts)} unusual hour{'s' if len(alerts) > 1 else ''}"
    mail["From"] = rules.mail_to[0]
    mail["To"] = ", ".join(rules.mail_to)
    mail.set_content("\n\n".join(_words(r) for r in alerts))
    host, secure = server.hostname or "", server.scheme == "smtps"
    context = ssl.create_default_context()
    try:
        if secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, server.port or 465, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, server.port or 587, timeout=_TIMEOUT_SECONDS)
        with connection:
            if not secure and connection.has_extn("starttls"):
                connection.starttls(context=context)
            if server.username:
                connection.login(unquote(server.username), os.environ.get(PASSWORD, ""))
            connection.send_message(mail)
    except (TimeoutError, smtplib.SMTPException, OSError) as error:
        return [f"The mail server {host} didn't take the alarm: {error}."]
    return []


def _words(alert: dict[str, Any]) -> str:
    if alert["subject_kind"] == "word":
        return (
            f"{alert['noticed_at']:%Y-%m-%d %H:%M} UTC: {alert['texts']} texts had "
            f'"{alert["subject"]}" within an hour that usually has {alert["expected"]:.2g}, '
            f"{alert['negative']} of them negative."
        )
    of = f" about {alert['subject']}" if alert["subject"] else ""
    return (
        f"{alert['noticed_at']:%Y-%m-%d %H:%M} UTC: {alert['negative']} negative texts{of} in an "
        f"hour that usually has {alert['expected']:.1f} ({alert['texts']} texts in all)."
    )
