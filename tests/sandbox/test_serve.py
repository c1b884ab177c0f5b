"""The command over a real socket."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from capgo_tui.commands.sandbox import sandbox
from capgo_tui.sandbox.serve import listen
from tests.sandbox.contract_app import A, contract_state, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = "from capgo_tui.commands.sandbox import sandbox; sandbox()"


def process_of(*options: str) -> subprocess.Popen[str]:
    """Start the command on any free port."""
    return subprocess.Popen(
        [sys.executable, "-c", START, "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def start_command(
    *options: str,
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str], list[str]]]:
    """Start the command, yield its first lines, and interrupt it if it still runs."""
    with process_of(*options) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            lines = [process.stdout.readline().rstrip("\n") for _ in range(6)]
            entrance = dict(line.split("  ", 1) for line in lines[:3])
            yield process, entrance, lines
            if process.returncode != -signal.SIGKILL:
                process.send_signal(signal.SIGINT)
                assert process.wait(timeout=60) == 0
                assert process.stderr.read() == ""
        finally:
            process.kill()


def test_serving_until_ctrl_c(tmp_path: Path) -> None:
    database = str(tmp_path / "kept.db")
    with start_command("--db", database, "--devices", "20") as (_, entrance, lines):
        assert [line.split("  ")[0] for line in lines[:3]] == ["url", "app", "key"]
        assert lines[3] == (
            f"capgo-tui --api-url {entrance['url']} --app {entrance['app']} -a {entrance['key']}"
        )
        assert lines[4] == (
            f"export CAPGO_API_URL={entrance['url']} CAPGO_APP_ID={entrance['app']}"
            f" CAPGO_TOKEN={entrance['key']}"
        )
        assert lines[5] == "ctrl+c stops"
        headers = {"authorization": entrance["key"]}
        query = {"app_id": entrance["app"]}
        with httpx.Client(base_url=entrance["url"], headers=headers, trust_env=False) as client:
            assert len(client.get("/device", params=query).json()["data"]) == 20
            answer = client.post("/channel", json={**query, "channel": "kept"})
            assert answer.json() == {"status": "ok"}
            head = client.head("/channel/", params=query)
            assert (head.status_code, head.content) == (200, b"")
    # The second start uses the existing data, whatever its size options.
    with start_command("--db", database, "--devices", "7") as (_, entrance, _):
        client = httpx.Client(base_url=entrance["url"], headers=headers, trust_env=False)
        with client:
            assert len(client.get("/device", params=query).json()["data"]) == 20
            assert client.get("/channel", params={**query, "channel": "kept"}).is_success


def test_two_servers_on_one_file(tmp_path: Path) -> None:
    """Both start on a new file, write at the same time, and one is killed."""
    options = ("--db", str(tmp_path / "shared.db"), "--devices", "20")
    with ThreadPoolExecutor(8) as pool, ExitStack() as stack:
        starting = [pool.submit(stack.enter_context, start_command(*options)) for _ in range(2)]
        servers = [one.result() for one in starting]
        entrance = servers[0][1]
        assert servers[1][1]["key"] == entrance["key"]
        urls = [server[1]["url"] for server in servers]

        def write(number: int) -> int:
            wish = {"app_id": entrance["app"], "channel": f"c-{number}", "public": True}
            answer = httpx.post(
                f"{urls[number % 2]}/channel",
                json=wish,
                headers={"authorization": entrance["key"]},
                trust_env=False,
                timeout=60,
            )
            return answer.status_code

        assert set(pool.map(write, range(60))) == {200}
        servers[0][0].kill()
        assert write(61) == 200
        servers[0][0].wait()
    with start_command(*options) as (_, again, _):
        query = {"app_id": entrance["app"], "page": "abc"}
        headers = {"authorization": again["key"]}
        channel_list = httpx.get(
            f"{again['url']}/channel", params=query, headers=headers, trust_env=False
        )
        names = {channel["name"] for channel in channel_list.json()}
        assert names >= {f"c-{number}" for number in (*range(60), 61)}
        assert sum(channel["public"] for channel in channel_list.json()) == 1


def test_ctrl_c_does_not_wait_for_a_fault() -> None:
    with process_of("--fault", "late=600000") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[1]
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(b"GET /ok HTTP/1.1\r\nhost: x\r\n\r\n")
            # A second request that is answered with an error shows that the first has arrived.
            with socket.create_connection((host, int(port)), timeout=60) as other:
                other.sendall(b"nonsense\r\n\r\n")
                assert other.recv(100).startswith(b"HTTP/1.1 400")
            process.send_signal(signal.SIGINT)
            assert connection.recv(100) == b""
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in process.stderr.read()


def test_serving_with_faults() -> None:
    faults = ("--fault", "502@channel.list:2", "--fault", "drop@device.link", "--latency", "1")
    with start_command(*faults) as (_, entrance, _):
        headers = {"authorization": entrance["key"]}
        query = {"app_id": entrance["app"]}
        with httpx.Client(base_url=entrance["url"], headers=headers, trust_env=False) as client:
            statuses = [client.get("/channel", params=query).status_code for _ in range(3)]
            assert statuses == [200, 502, 200]
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("/device", json={**query, "device_id": "x", "channel": "beta"})


def test_serving_a_state_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(contract_state()), encoding="utf-8")
    with start_command("--state", str(path), "--revision", "legacy") as (_, entrance, _):
        assert (entrance["app"], entrance["key"]) == (A, key_of("org_super_admin"))
        headers = {"authorization": entrance["key"]}
        answer = httpx.get(
            f"{entrance['url']}/versions", params={"app_id": A}, headers=headers, trust_env=False
        )
        assert answer.is_success


def test_a_port_in_use_is_one_clear_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        result = CliRunner().invoke(sandbox, ["--port", port, "--devices", "1"])
    assert result.exit_code == 1
    words = result.stderr or capfd.readouterr().err
    assert words.count("\n") == 1
    assert f"port {port}" in words
    assert "--port" in words


@pytest.mark.parametrize(("platform", "is_shared"), [("linux", True), ("win32", False)])
def test_a_port_is_never_shared_on_windows(
    platform: str, is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with listen("127.0.0.1", 0) as listener:
        option = listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    assert (option != 0) is is_shared


def test_a_bad_state_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(sandbox, ["--state", str(path)])
    assert (result.exit_code, result.stderr) == (1, f"Error: {path}: keys: Field required\n")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, but long enough to be looked at" * 40)
    result = CliRunner().invoke(sandbox, ["--db", str(path)])
    assert result.exit_code == 1
    assert "not a database this command can use" in result.stderr


def test_nothing_to_open(tmp_path: Path) -> None:
    result = CliRunner().invoke(sandbox, ["--channels", "0", "--db", str(tmp_path / "x.db")])
    assert result.exit_code == 1
    assert "nothing to open" in result.stderr


def test_a_reachable_address_is_warned_of() -> None:
    result = CliRunner().invoke(sandbox, ["--host", "0.0.0.0", "--channels", "0"])  # noqa: S104
    assert "warning: 0.0.0.0 may be reachable from other machines" in result.stderr
