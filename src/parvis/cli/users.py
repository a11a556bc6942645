"""`parvis user` and `parvis token`: who may log in, and the keys to the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.trust.contracts import Role

if TYPE_CHECKING:
    from parvis.trust.api import Access

__all__ = ["token_app", "user_app"]

user_app = typer.Typer(help="Who may log in to the pages.", no_args_is_help=True)
token_app = typer.Typer(help="Keys to the API.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="What they log in with: a name or a mail address.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        envvar="PARVIS_PASSWORD",
        help="Asked for when it isn't given; at least 10 characters.",
    ),
]


def _access(workspace: Path) -> Access:
    # other commands need no database of users
    from parvis.trust.api import Access

    return Access(opened(workspace).files.app)


@user_app.command("add")
def add_user(
    login: Login,
    password: Password,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
    name: Annotated[str, typer.Option(help="How the pages call them.")] = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Add a user: a viewer looks, an editor takes files away, an administrator does all."""
    with _access(workspace) as access:
        user = access.users.add(login, password, name=name, role=role)
    console.print(f"{user.login} is in, as {user.role}.", markup=False)


@user_app.command("list")
def list_users(workspace: WorkspaceOption = Path()) -> None:
    """Show all users."""
    with _access(workspace) as access:
        users = access.users.list()
    if not users:
        console.print("There is no user yet: `parvis user add NAME --role admin`.", markup=False)
        return
    table = Table("login", "name", "role", "since", "last login", box=None, pad_edge=False)
    for user in users:
        last = f"{user.last_login_at:%Y-%m-%d %H:%M} UTC" if user.last_login_at else "never"
        table.add_row(user.login, user.name, user.role, f"{user.created_at:%Y-%m-%d}", last)
    console.print(table)


@user_app.command("password")
def set_password(login: Login, password: Password, workspace: WorkspaceOption = Path()) -> None:
    """Set a user's password; their sessions end."""
    with _access(workspace) as access:
        access.users.set_password(login, password)
    console.print(f"The password of {login} is changed; they have to log in again.", markup=False)


@user_app.command("remove")
def remove_user(
    login: Login,
    workspace: WorkspaceOption = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove a user, with their sessions and tokens."""
    if not yes:
        typer.confirm(f"Remove {login}?", abort=True)
    with _access(workspace) as access:
        access.users.remove(login)
    console.print(f"{login} is removed.", markup=False)


@token_app.command("create")
def create_token(
    login: Annotated[str, typer.Argument(help="Whose rights it has.")],
    label: Annotated[str, typer.Argument(help="What it is for, such as 'nightly export'.")],
    days: Annotated[int | None, typer.Option(help="How many days it holds.")] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Make a token and show it, once."""
    with _access(workspace) as access:
        made = access.tokens.create(login, label, days=days)
    console.print("It is shown only now; keep it as you keep a password:")
    console.print(made.secret, markup=False, soft_wrap=True)


@token_app.command("list")
def list_tokens(workspace: WorkspaceOption = Path()) -> None:
    """Show all tokens, without their secrets."""
    with _access(workspace) as access:
        tokens = access.tokens.list()
    if not tokens:
        console.print("There is no token yet: `parvis token create LOGIN LABEL`.", markup=False)
        return
    table = Table("number", "user", "for", "starts", "made", "last used", "state", box=None)
    for token in tokens:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
        state = "revoked" if token.revoked_at else "valid"
        if not token.revoked_at and token.expires_at:
            state = f"until {token.expires_at:%Y-%m-%d}"
        table.add_row(
            str(token.token_id),
            token.login,
            token.label,
            token.start,
            f"{token.created_at:%Y-%m-%d}",
            used,
            state,
        )
    console.print(table)


@token_app.command("revoke")
def revoke_token(
    number: Annotated[int, typer.Argument(help="Its number in `parvis token list`.")],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Make a token invalid, at once."""
    with _access(workspace) as access:
        access.tokens.revoke(number)
    console.print(f"Token {number} is revoked.", markup=False)
