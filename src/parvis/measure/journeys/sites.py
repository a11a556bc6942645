"""Which sites people search, talk, watch and shop on, by the word their addresses have in common.

A list of the well-known ones; a team's own file (source and category, as Google publishes one)
stands above it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from parvis.errors import MeasureError

__all__ = ["CATEGORIES", "SITES", "read_categories"]

CATEGORIES: Final = ("search", "social", "video", "shopping")

#: Words of addresses: `google` is in www.google.fr and in news.google.com.
SITES: Final[Mapping[str, tuple[str, ...]]] = {
    "shopping": (
        "alibaba", "aliexpress", "allegro", "amazon", "bol", "cdiscount", "darty", "ebay", "etsy",
        "fnac", "idealo", "igshopping", "kelkoo", "leboncoin", "mercadolibre", "rakuten-shopping",
        "shop.app", "shopify", "shopping", "shopzilla", "stripe", "temu", "vinted", "walmart",
        "wish", "zalando",
    ),
    "video": (
        "crackle", "curiositystream", "dailymotion", "disneyplus", "hulu", "iqiyi", "netflix",
        "peertube", "primevideo", "ted", "twitch", "utreon", "veoh", "vimeo", "wistia", "youku",
        "youtu.be", "youtube",
    ),
    "social": (
        "answers.yahoo", "askubuntu", "badoo", "bebo", "behance", "bit.ly", "blog.naver",
        "blogger", "blogspot", "bluesky", "bookmarks.yahoo", "bsky.app", "buzzfeed", "cafe.naver",
        "canalblog", "deviantart", "diaspora", "digg", "discord", "disqus", "douban", "facebook",
        "fandom", "fb", "fb.me", "flickr", "flipboard", "foursquare", "glassdoor", "goodreads",
        "groups.google", "hootsuite", "houzz", "hubpages", "ig", "instagram", "instapaper",
        "kakao", "kin.naver", "lemmy", "line.me", "linkedin", "livejournal", "lnkd.in",
        "mastodon", "medium", "meetup", "messages.google", "messenger", "mixi", "myspace", "ning",
        "odnoklassniki", "over-blog", "overblog", "pinterest", "pixelfed", "plus.google", "quora",
        "qzone", "reddit", "renren", "researchgate", "scoop.it", "scribd", "sites.google",
        "skype", "skyrock", "slashdot", "slideshare", "snapchat", "social", "stackexchange",
        "stackoverflow", "t.co", "t.me", "telegram", "threads.net", "tiktok", "tinyurl",
        "tripadvisor", "trustpilot", "tuenti", "tumblr", "twitter", "typepad", "viadeo", "vk",
        "vkontakte", "wattpad", "wechat", "weibo", "whatsapp", "wordpress", "x.com", "xing",
        "yammer", "yelp", "zalo",
    ),
    "search": (
        "360.cn", "alice", "aol", "ask", "baidu", "biglobe", "bing", "brave", "centrum",
        "chatgpt", "daum", "dogpile", "duckduckgo", "ecosia", "eniro", "exalead", "excite",
        "gemini", "google", "kagi", "kvasir", "lilo", "lycos", "msn", "naver", "onet",
        "perplexity", "qwant", "rakuten", "rambler", "seznam", "so.com", "sogou", "startpage",
        "startsiden", "swisscows", "terra", "virgilio", "yahoo", "yandex",
    ),
}  # fmt: skip


def read_categories(path: Path) -> dict[str, str]:
    """Read a team's own file of sources and their category.

    Parameters
    ----------
    path
        CSV with `source` and `source_category`; the category is one of `CATEGORIES`, alone or
        behind ``SOURCE_CATEGORY_``.

    Raises
    ------
    MeasureError
        The file can't be read, lacks a column, or names another category: the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MeasureError(
            f"{path} can't be read: {error}.", "Name a CSV file with source and source_category."
        ) from error
    found: dict[str, str] = {}
    for number, row in enumerate(rows, 2):
        source, category = row.get("source"), row.get("source_category")
        if source is None or category is None:
            raise MeasureError(
                f"{path} has no columns source and source_category.",
                f"It has {', '.join(str(c) for c in row)}.",
            )
        plain = category.strip().lower().removeprefix("source_category_")
        if plain not in CATEGORIES:
            raise MeasureError(
                f"{path}, line {number}: category {category!r}.",
                f"Expected one of {', '.join(CATEGORIES)}.",
            )
        found[source.strip().lower()] = plain
    return found
