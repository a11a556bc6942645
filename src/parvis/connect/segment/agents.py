"""What a user agent tells: the kind of device, and whether a robot speaks. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["device_of", "is_robot"]

# "bot" ends the names of most robots; a maker of phones is called Cubot
_ROBOTS: Final = (
    r"(?:^|[^u])bot(?:$|[^a-z])|crawl|spider|slurp|facebookexternalhit|mediapartners|headlesschrome"
    r"|phantomjs|lighthouse|pingdom|uptime|monitor|scrapy|python-|curl/|wget/|go-http-client"
    r"|java/|libwww|httpclient|archive\.org|ia_archiver|preview|validator|fetch(?:er|or)"
)


def is_robot(agent: ir.StringValue) -> ir.BooleanValue:
    """Tell whether a user agent (in small letters) is a known robot's; null where none is told.

    Robots that hide behind a browser's own words are not found by this.
    """
    return agent.re_search(_ROBOTS)


def device_of(agent: ir.StringValue) -> ir.StringValue:
    """Tell the kind of device from a user agent in small letters.

    Returns
    -------
    ir.StringValue
        ``phone``, ``tablet`` or ``desktop``; null where the words tell neither.

    Notes
    -----
    An Android device without the word mobile is a tablet, as Google asks browsers to say. An iPad
    that asks for desktop pages calls itself a Macintosh, and is taken for one.
    """
    phone, tablet, desktop = (ibis.literal(w) for w in ("phone", "tablet", "desktop"))
    return ibis.cases(
        (agent.contains("iphone") | agent.contains("ipod"), phone),
        (agent.contains("ipad") | agent.contains("tablet") | agent.contains("kindle"), tablet),
        (agent.contains("mobile") | agent.contains("mobi/") | agent.contains("phone"), phone),
        (agent.contains("android"), tablet),
        (
            agent.contains("windows")
            | agent.contains("macintosh")
            | agent.contains("x11")
            | agent.contains("cros ")
            | agent.contains("linux"),
            desktop,
        ),
        else_=ibis.null("string"),
    )
