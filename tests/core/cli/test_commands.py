"""Commands: what they do, what they print, how they refuse."""

from __future__ import annotations

import filecmp
import json
import os
import signal
import time
from pathlib import Path

import httpx
import yaml

from tests.commands import Commands, free_port, wait_until_ready


def test_an_installation_is_made_used_changed_and_checked(kubik: Commands, tmp_path: Path) -> None:
    made = kubik(
        "init",
        "--solution",
        "crm",
        "--demo",
        "--admin",
        "boss",
        environment={"KUBIK_ADMIN_PASSWORD": "horse battery"},
    )
    assert made.returncode == 0, made.stderr
    assert "horse battery" not in made.stdout
    again = kubik("init")
    assert (
        again.returncode == 1 and again.stderr.startswith("kubik: KBK6002") and again.stderr.count("\n") == 1
    )
    assert kubik("check").returncode == 0
    listed = kubik("solution", "list").stdout
    assert "crm" in listed and "system" in listed
    people = kubik("user", "list").stdout
    assert people.count("\n") == 6 and "boss\tactive" in people

    added = kubik(
        "user",
        "add",
        "olga",
        "--role",
        "manager",
        "--name",
        "Ольга",
        "--password-stdin",
        input="correct horse\n",
    )
    assert added.returncode == 0 and "correct" not in added.stdout
    assert kubik("user", "add", "olga", "--role", "manager").returncode == 1
    wrong = kubik("user", "add", "x", "--role", "manger")
    assert wrong.returncode == 1 and "manager" in wrong.stderr
    token = kubik("token", "create", "olga").stdout.split()[-1]
    assert kubik("token", "create", "nobody").returncode == 1

    handed = kubik("user", "handover", "igor", "olga")
    assert handed.returncode == 0 and int(handed.stdout.split()[-1]) > 0
    assert kubik("user", "handover", "igor", "olga").stdout.split()[-1] == "0"
    assert kubik("user", "handover", "nobody", "olga").returncode == 1
    first, second = tmp_path / "one", tmp_path / "two"
    assert kubik("solution", "export", "crm", str(first)).returncode == 0
    assert kubik("solution", "export", "crm", str(second)).returncode == 0
    names = [path.relative_to(first).as_posix() for path in first.rglob("*") if path.is_file()]
    assert filecmp.cmpfiles(first, second, names, shallow=False)[0] == names
    assert kubik("plan", str(first)).stdout.strip() == "Nothing would change."

    entity = first / "entities" / "product.yaml"
    definition = yaml.safe_load(entity.read_text("utf-8"))
    definition["fields"].append({"name": "colour_code", "type": "text"})
    entity.write_text(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False), "utf-8")
    planned = kubik("plan", str(first))
    assert planned.returncode == 0 and "colour_code" in planned.stdout
    assert "renamed" not in planned.stdout and "--accept" not in planned.stdout
    assert kubik("plan", str(first), "--map", "product.kind").returncode == 2
    unknown = kubik("plan", str(first), "--map", "product.kind.goods=godos")
    assert unknown.returncode == 1 and "godos" in unknown.stderr
    assert kubik("apply", str(first), "--accept-loss").returncode == 0
    with kubik.served() as (address, _):
        headers = {"authorization": f"Bearer {token}"}
        items = httpx.get(f"{address}/api/records/product?limit=1", headers=headers).json()["items"]
        assert "colour_code" in items[0]
        assert kubik("undo", "--accept-loss").returncode == 0
        items = httpx.get(f"{address}/api/records/product?limit=1", headers=headers).json()["items"]
        assert "colour_code" not in items[0]
        assert kubik("user", "disable", "olga").returncode == 0
        disabled = kubik("token", "create", "olga")
        assert disabled.returncode == 1 and "disabled" in disabled.stderr
        assert httpx.get(f"{address}/api/records/product", headers=headers).status_code == 401
    kept = kubik("check")
    assert kept.returncode == 0 and "kept for undo" in kept.stdout
    purged = kubik("check", "--purge")
    assert purged.returncode == 0 and "for ever: 3" in purged.stdout  # a text has three
    assert "undo" not in kubik("check").stdout


def test_a_file_is_imported_and_its_refused_lines_named(kubik_sqlite: Commands, tmp_path: Path) -> None:
    assert kubik_sqlite("init", "--solution", "crm").returncode == 0
    cities = tmp_path / "cities.csv"
    cities.write_text("Адрес;Индекс\nг. Рябинск;000010\nг. Ольхов;000020\n", "cp1251")
    done = kubik_sqlite("import", "city", str(cities))
    assert done.returncode == 0, done.stderr
    assert "2 rows: created 2" in done.stdout
    file = tmp_path / "companies.csv"
    file.write_text("name,inn,nope\nА,7707083893,x\n,7707083894,x\n", "utf-8")
    unfit = kubik_sqlite("import", "company", str(file))
    assert unfit.returncode == 1 and "KBK5002" in unfit.stderr
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"nope": None}), "utf-8")
    dry = kubik_sqlite("import", "company", str(file), "--map", str(mapping), "--dry-run")
    assert dry.returncode == 1 and "nothing was written" in dry.stdout
    errors = tmp_path / "errors.csv"
    half = kubik_sqlite("import", "company", str(file), "--map", str(mapping), "--errors", str(errors))
    assert half.returncode == 1 and "created 1" in half.stdout and "refused 1" in half.stdout
    assert "line 3" in half.stderr and "7707083894" in errors.read_text("utf-8")


def test_a_wrong_call_is_2_and_a_refusal_1_with_one_line(kubik_sqlite: Commands) -> None:
    for words in (
        ["nope"],
        ["serve", "--port", "0"],
        ["serve", "--port", "x"],
        ["user", "add"],
        ["import", "city"],
    ):
        assert kubik_sqlite(*words).returncode == 2, words
    for words in (["serve"], ["check"], ["user", "list"], ["undo"], ["init", "--solution", "nope"]):
        refused = kubik_sqlite(*words)
        assert refused.returncode == 1 and refused.stderr.startswith("kubik: KBK"), (words, refused.stderr)
        assert "Traceback" not in refused.stderr and refused.stderr.count("\n") == 1
    wrong = kubik_sqlite("check", environment={"KUBIK_DATABASE_URL": "mysql://x/y"})
    assert wrong.returncode == 1 and "KUBIK_DATABASE_URL" in wrong.stderr
    russian = kubik_sqlite("check", environment={"LC_ALL": "ru_RU.UTF-8"})
    assert russian.returncode == 1 and any("а" <= letter <= "я" for letter in russian.stderr)
    assert kubik_sqlite("--help").returncode == 0 and kubik_sqlite("--version").returncode == 0


def test_the_demonstration_is_made_once_and_served(kubik_sqlite: Commands) -> None:
    for _ in range(2):
        with kubik_sqlite.served("demo") as (address, process):
            page = httpx.get(f"{address}/", follow_redirects=True)
            assert page.status_code == 200 and "Kubik" in page.text
        printed = kubik_sqlite.printed[process.pid]
        assert "kubik-demo" in printed and "admin" in printed and "anna" in printed and address in printed
    (kubik_sqlite.home / "demonstration").unlink()
    refused = kubik_sqlite("demo", "--port", str(free_port()))
    assert refused.returncode == 1 and "KBK6002" in refused.stderr


def test_a_server_ends_with_its_children_soon_even_with_open_streams(kubik_sqlite: Commands) -> None:
    assert kubik_sqlite("init", "--solution", "crm").returncode == 0
    token = kubik_sqlite("token", "create", "admin").stdout.split()[-1]
    port = free_port()
    process = kubik_sqlite.start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"
    wait_until_ready(address, process)
    taken = kubik_sqlite("serve", "--port", str(port))
    assert taken.returncode == 1 and str(port) in taken.stderr
    with httpx.stream("GET", f"{address}/api/events", headers={"authorization": f"Bearer {token}"}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
        assert "Traceback" not in log
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("a process of the group is left")
