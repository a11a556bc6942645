"""A real WordPress, started for the tests that need one and ended with them."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

CODE = Path("/usr/share/wordpress")
NEEDED = ("mariadbd", "mariadb-install-db", "mariadb", "php")
PACKAGES = (
    "wordpress php-cli php-mysql mariadb-server php-curl php-xml php-mbstring"  # as Debian has it
)

CONFIG = """<?php
define('DB_NAME','wp'); define('DB_USER','wp'); define('DB_PASSWORD','wp');
define('DB_HOST','localhost:{socket}'); define('DB_CHARSET','utf8mb4');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_ENVIRONMENT_TYPE','local');
define('AUTOMATIC_UPDATER_DISABLED',true); define('DISABLE_WP_CRON',true);
define('WP_HOME','{address}'); define('WP_SITEURL','{address}');
$table_prefix='wp_'; if(!defined('ABSPATH')) define('ABSPATH', __DIR__.'/');
require_once ABSPATH.'wp-settings.php';
"""

PASSWORD_MAKER = """<?php require 'wp-load.php';
echo WP_Application_Passwords::create_new_application_password(1,['name'=>'crm'])[0];
"""


def missing() -> str:
    """Return why there can be no WordPress here; empty: there can."""
    if os.geteuid() != 0:
        return "a database of one's own needs root"
    if not CODE.is_dir() or not all(shutil.which(n) for n in NEEDED):
        return f"WordPress is missing: apt-get install --no-install-recommends {PACKAGES}"
    return ""


class WordPress:
    """A running blog.

    Parameters
    ----------
    address
        Its own.
    password
        An application password of `admin`.
    """

    def __init__(self, address: str, password: str) -> None:
        self.address, self.password = address, password

    def call(self, method: str, route: str, **told: object) -> dict:
        """Call the REST API as its administrator."""
        answer = httpx.request(
            method, f"{self.address}/", params={"rest_route": f"/wp/v2/{route}"},
            json=told, auth=("admin", self.password), timeout=30,
        )  # fmt: skip
        assert answer.status_code < 300, answer.text
        return answer.json()

    def feed(self, name: str) -> bytes:
        """Fetch one of its feeds."""
        return httpx.get(f"{self.address}/", params={"feed": name}, timeout=30).content


@contextlib.contextmanager
def wordpress() -> Iterator[WordPress]:
    """Start a blog in a folder of its own."""
    home = Path(tempfile.mkdtemp(prefix="wp", dir="/tmp"))
    home.chmod(0o755)
    running: list[subprocess.Popen[bytes]] = []
    try:
        place = _database(home, running)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"
        shutil.copytree(CODE, home / "wp", ignore=shutil.ignore_patterns("*.mo", "twenty*[!r]"))
        (home / "wp" / "wp-config.php").unlink(missing_ok=True)
        (home / "wp" / "wp-config.php").write_text(CONFIG.format(socket=place, address=address))
        (home / "wp" / "ready.txt").write_text("ready")
        (home / "wp" / "_password.php").write_text(PASSWORD_MAKER)
        with (home / "php.log").open("wb") as log:
            running.append(
                subprocess.Popen(
                    ["php", "-S", address.removeprefix("http://"), "-t", str(home / "wp")],
                    cwd=home / "wp", stdout=log, stderr=log,
                )
            )  # fmt: skip
        _until(lambda: httpx.get(f"{address}/ready.txt", timeout=5).status_code == 200)
        done = httpx.post(
            f"{address}/wp-admin/install.php", params={"step": "2"}, timeout=60,
            data={
                "weblog_title": "Le blog", "user_name": "admin", "admin_password": "Passw0rd!x",
                "admin_password2": "Passw0rd!x", "pw_weak": "1", "blog_public": "0",
                "admin_email": "admin@tea.example", "language": "",
            },
        )  # fmt: skip
        assert done.status_code == 200, done.text[:500]
        yield WordPress(address, httpx.get(f"{address}/_password.php", timeout=30).text.strip())
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _database(home: Path, running: list[subprocess.Popen[bytes]]) -> Path:
    data, place = home / "sql", home / "s.sock"
    data.mkdir()
    shutil.chown(data, "mysql")
    shutil.chown(home, "mysql")
    given = ["--no-defaults", "--user=mysql", f"--datadir={data}"]
    subprocess.run(
        ["mariadb-install-db", *given, "--skip-test-db"], check=True, capture_output=True
    )
    with (home / "sql.log").open("wb") as log:
        running.append(
            subprocess.Popen(
                ["mariadbd", *given, f"--socket={place}", "--skip-networking",
                 "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"],
                stdout=log, stderr=log,
            )
        )  # fmt: skip
    make = (
        "create database wp; create user wp@localhost identified by 'wp'; "
        "grant all on wp.* to wp@localhost"
    )
    command = ["mariadb", "--no-defaults", "-S", str(place), "-e", make]
    _until(lambda: subprocess.run(command, capture_output=True, check=False).returncode == 0)
    return place


def _until(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError):
            if condition():
                return
        assert time.monotonic() < until, "it never started"
        time.sleep(0.1)
