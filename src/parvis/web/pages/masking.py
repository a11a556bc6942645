"""What of a text who asks may see."""

from __future__ import annotations

from parvis.listen.api import masked, personal_data
from parvis.trust.api import Role
from parvis.web.visit import Visit

__all__ = ["masked_text", "may_see_personal_data", "text_for"]


def may_see_personal_data(visit: Visit) -> bool:
    """Tell whether mail addresses, telephone numbers and the like in texts may be shown.

    Who answers customers needs them: editors and administrators.
    """
    return visit.may(Role.EDITOR)


def masked_text(text: str, country: str) -> str:
    """Write a text with its personal data replaced by their kinds, as in “[phone]”."""
    return masked(text, personal_data(text, country))


def text_for(visit: Visit, text: str | None) -> str:
    """Write a text as who asks may see it."""
    if not text or may_see_personal_data(visit):
        return text or ""
    return masked_text(text, visit.reader.workspace.settings.identity.country)
