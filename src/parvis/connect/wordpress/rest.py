"""The REST API of a blog: its posts, its pages, its comments, page by page.

References
----------
WordPress, "REST API Handbook": posts, pages and comments, `modified_after`, pagination
(`X-WP-TotalPages`), `_embed`, application passwords. It is reached by `rest_route`, which a blog
has whatever its permalinks are.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.wordpress.shape import Comment, Post
from parvis.errors import ConnectorError

if TYPE_CHECKING:
    from parvis.connect.pull.polite import PoliteClient

__all__ = ["Blog", "comment_of", "post_of"]

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 100


class Blog:
    """A blog that is asked.

    Parameters
    ----------
    http
        For requests.
    address
        The blog's.
    login
        A name and an application password; null: what everybody may read.
    """

    def __init__(
        self, http: PoliteClient, address: str, login: tuple[str, str] | None = None
    ) -> None:
        self._http = http
        self._address = address.rstrip("/") + "/"
        self.login = login

    def about(self) -> dict[str, str]:
        """Return the blog's `title` and `link`.

        Raises
        ------
        ConnectorError
            It isn't a WordPress blog, or its REST API is switched off.
        """
        answer = self._http.get(self._address, {"rest_route": "/", "_fields": "name,home,url"})
        told = answer.json() if answer.is_there else None
        if not isinstance(told, dict) or "home" not in told:
            raise ConnectorError(
                f"{self._address} has no REST API of WordPress.",
                "Check the address of the blog; where its REST API is switched off, connect its "
                "feed instead (`parvis connect add feed`).",
            )
        return {"title": html.unescape(_text(told.get("name"))), "link": _text(told["home"])}

    def posts(
        self, kind: str, modified_after: str = "", first_page: int = 1
    ) -> Iterator[list[dict[str, Any]]]:
        """Give pages of posts (``posts`` or ``pages``) that changed since a moment."""
        asked = {"_embed": "author,wp:term"}
        if modified_after:
            asked["modified_after"] = modified_after
        return self._pages(f"/wp/v2/{kind}", asked, first_page)

    def guids(self, kind: str, since: datetime) -> set[str]:
        """Return the ids of the posts that were published since a moment and still are."""
        asked = {"after": _moment(since), "_fields": "id,guid"}
        return {_guid(p) for page in self._pages(f"/wp/v2/{kind}", asked) for p in page}

    def guids_of(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return the ids and addresses of posts and pages by their numbers."""
        found: dict[int, tuple[str, str]] = {}
        for kind in ("posts", "pages"):
            missing = [n for n in dict.fromkeys(numbers) if n not in found]
            for start in range(0, len(missing), _PER_PAGE):
                part = missing[start : start + _PER_PAGE]
                asked = {"include": ",".join(map(str, part)), "_fields": "id,guid,link"}
                for page in self._pages(f"/wp/v2/{kind}", asked):
                    found |= {p["id"]: (_guid(p), _text(p.get("link"))) for p in page}
        return found

    def comments(self, since: datetime | None) -> Iterator[list[dict[str, Any]]]:
        """Give pages of comments, the oldest first; all of them where `since` is null.

        Who is logged in gets those that are held back, too, and addresses of mail.
        """
        asked = {} if since is None else {"after": _moment(since)}
        if self.login is None:
            yield from self._pages("/wp/v2/comments", asked)
            return
        for status in ("approve", "hold"):
            yield from self._pages(
                "/wp/v2/comments", {**asked, "status": status, "context": "edit"}
            )

    def _pages(
        self, route: str, asked: Mapping[str, str], first: int = 1
    ) -> Iterator[list[dict[str, Any]]]:
        for number in range(first, first + _MOST_PAGES):
            query = {
                "rest_route": route,
                # by numbers, which stay: dates that are alike change places between two pages
                "orderby": "id",
                "order": "asc",
                "per_page": str(_PER_PAGE),
                "page": str(number),
                **asked,
            }
            answer = self._http.get(self._address, query, login=self.login)
            found = answer.json() if answer.is_there else None
            if not isinstance(found, list):
                raise ConnectorError(
                    f"{self._address} doesn't give {route} ({answer.status}).",
                    "Check that the blog's REST API is open, or that the login may read it.",
                )
            if found:
                yield [f for f in found if isinstance(f, dict)]
            total = answer.headers.get("x-wp-totalpages", "1")
            if number >= (int(total) if total.isdigit() else 1):
                return


def post_of(told: Mapping[str, Any]) -> Post:
    """Read a post or a page as the API tells it."""
    embedded = _dict(told.get("_embedded"))
    author = next((a for a in _list(embedded.get("author")) if "name" in a), {})
    terms = [t for group in _rows(embedded.get("wp:term")) for t in _list(group)]
    return Post(
        guid=_guid(told),
        link=_text(told.get("link")),
        title=_rendered(told, "title"),
        markup=_rendered(told, "content"),
        published=_text(told.get("date_gmt")),
        modified=_text(told.get("modified_gmt")),
        author={"name": html.unescape(_text(author.get("name")))},
        tags=tuple(
            html.unescape(_text(t.get("name"))) for t in terms if t.get("taxonomy") == "post_tag"
        ),
    )


def comment_of(told: Mapping[str, Any], posts: Mapping[int, tuple[str, str]]) -> Comment | None:
    """Read a comment; None where its post isn't public.

    Parameters
    ----------
    posts
        Ids and addresses of posts by their numbers.
    """
    post = posts.get(told.get("post", 0))
    number = told.get("id")
    if post is None or not isinstance(number, int) or told.get("type", "comment") != "comment":
        return None
    parent = told.get("parent")
    return Comment(
        number=number,
        post=post[0],
        parent=parent if isinstance(parent, int) else 0,
        link=_text(told.get("link")) or f"{post[1]}#comment-{number}",
        markup=_rendered(told, "content"),
        published=_text(told.get("date_gmt")),
        author={
            "name": html.unescape(_text(told.get("author_name"))),
            "email": _text(told.get("author_email")),
            "href": _text(told.get("author_url")),
        },
        is_held=told.get("status") == "hold",
    )


def _guid(told: Mapping[str, Any]) -> str:
    return html.unescape(_rendered(told, "guid")) or _text(told.get("link"))


def _rendered(told: Mapping[str, Any], name: str) -> str:
    return _text(_dict(told.get(name)).get("rendered"))


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rows(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _list(value: object) -> list[Mapping[str, Any]]:
    return [v for v in _rows(value) if isinstance(v, Mapping)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
