"""``edgebox operators``: the accounts of people who use the screen.

A one-time password goes to standard output alone, as a client's secret does; the person changes it
at the first login.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from edgebox.console import passwords
from edgebox.errors import EdgeBoxError, UsageError
from edgebox.store.operators import RIGHTS, NewOperator, Operator, check_account
from edgebox.system.encodings import conversion
from edgebox.system.times import rfc3339
from edgebox_cli.common.configuration import settings
from edgebox_cli.common.failure import reported
from edgebox_cli.common.options import AsJson
from edgebox_cli.common.output import FOLD, WHOLE, counted, note, print_json, table
from edgebox_cli.common.store import opened_store
from edgebox_cli.common.who import at_the_shell

app = typer.Typer(
    help="People who use the screen: add, list, import, change, disable, enable, reset.",
    no_args_is_help=True,
)

COLUMNS = ("name", "role", "client", "display", "extension")
_MARK = "\ufeff"
MOST_BYTES = 1_000_000
MOST_PEOPLE = 2000

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person logs in with.")]


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[str, typer.Option(help="agent, lead or admin.")],
    client: Annotated[
        str | None, typer.Option(help="Whose calls they work on; an admin has none.")
    ] = None,
    display: Annotated[
        str | None, typer.Option(help="How pages name the person; without: the name.")
    ] = None,
    extension: Annotated[
        str, typer.Option(help="Of their telephone, if speech-to-text names calls by it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Add an account and print its one-time password, this once."""
    with opened_store() as store:
        display = display or name
        check_account(name, role, client, display, extension)
        password = passwords.one_time()
        kept = passwords.hashed(password)
        made = NewOperator(name, role, client, display, kept, extension)
        store.operators.add(made, by=at_the_shell())
    _print_password(name, password, as_json=as_json)
    _say_where()


@app.command("list")
def list_operators(
    *,
    client: Annotated[str | None, typer.Option(help="Only people of this client.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show every account."""
    with opened_store() as store:
        if client is not None:
            store.clients.known(client)
        found = store.operators.list(client)
    now = time.time()
    if as_json:
        print_json({"operators": [_described(one, now) for one in found]})
        return
    table(
        "Operators",
        [
            ("name", FOLD),
            ("display", FOLD),
            ("role", WHOLE),
            ("client", FOLD),
            ("ext.", FOLD),
            ("state", FOLD),
        ],
        [
            [
                one.name,
                escape(one.display),
                one.role,
                one.client_id or "-",
                escape(one.extension or "-"),
                _state(one, now),
            ]
            for one in found
        ],
    )
    if not found and client is not None:
        note(
            f"{client} has none. Add one: edgebox operators add NAME --role agent --client {client}"
        )
    elif not found:
        note("There are no accounts. Make the first: edgebox operators add NAME --role admin")


@app.command()
def change(
    name: Name,
    *,
    role: Annotated[str | None, typer.Option(help="agent, lead or admin.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose calls they work on.")] = None,
    display: Annotated[str | None, typer.Option(help="How pages name the person.")] = None,
    extension: Annotated[
        str | None, typer.Option(help="Of their telephone; '' where there is none any more.")
    ] = None,
) -> None:
    """Change a person's role, client, display name or telephone; the password stays.

    Another role or client logs them out.
    """
    given = {"role": role, "client_id": client, "display": display, "extension": extension}
    values = {column: value for column, value in given.items() if value is not None}
    with reported():
        if not values:
            raise UsageError("Say what to change: --role, --client, --display or --extension.")
    with opened_store() as store:
        changed = store.operators.change(name, by=at_the_shell(), **values)
    if not changed:
        note(f"{name} is so already: nothing was changed.")
    elif RIGHTS.intersection(changed):
        note(f"{name} is changed and logged out.")
    else:
        note(f"{name} is changed.")


@app.command()
def disable(name: Name) -> None:
    """Refuse a person's logins and end their sessions; their acts stay in the audit."""
    with opened_store() as store:
        store.operators.disable(name, by=at_the_shell())
    note(f"{name} is disabled and logged out. Enable it: edgebox operators enable {name}")


@app.command()
def enable(name: Name) -> None:
    """Let a person log in again, also after too many wrong passwords."""
    with opened_store() as store:
        store.operators.enable(name, by=at_the_shell())
    note(f"{name} is enabled.")


@app.command()
def reset(name: Name, *, as_json: AsJson = False) -> None:
    """Print a new one-time password for a person and end their sessions."""
    with opened_store() as store:
        password = passwords.one_time()
        store.operators.reset(name, passwords.hashed(password), by=at_the_shell())
    _print_password(name, password, as_json=as_json)


@app.command("import")
def import_operators(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv", help="Columns name, role, client, display, extension; UTF-8."
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Add the accounts of a file, or none of them, and print their one-time passwords as CSV.

    The first line names the columns; display and extension may be missing or empty. A file that
    begins with Excel's mark for UTF-8 is answered with one.
    """
    with reported():
        people, marked = _read(file)
    with opened_store() as store:
        given = {person["name"]: passwords.one_time() for person in people}
        new = [
            NewOperator(
                person["name"],
                person["role"],
                person["client"],
                person["display"],
                passwords.hashed(given[person["name"]]),
                person["extension"],
            )
            for person in people
        ]
        store.operators.add_all(new, by=at_the_shell())
    if as_json:
        made = [{"name": name, "password": password} for name, password in given.items()]
        print_json({"operators": made})
        return
    note(f"{counted(len(new), 'account')}. One-time passwords are not shown again:")
    if marked and sys.stdout.encoding.lower() == "utf-8":
        sys.stdout.write(_MARK)
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(["name", "display", "password"])
    lines.writerows([one.name, one.display, given[one.name]] for one in new)


def _read(file: Path) -> tuple[list[dict[str, Any]], bool]:
    """Return the people of a file, and whether it begins with a byte order mark.

    Raises:
        EdgeBoxError: it cannot be read.
        UsageError: a line of it cannot be an account.
    """
    try:
        data = file.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise EdgeBoxError(f"Cannot read {file}: {error.strerror}.") from None
    if other := conversion(data, str(file)):
        raise UsageError(f"{file} {other}")
    if len(data) > MOST_BYTES:
        raise UsageError(f"{file} is over {MOST_BYTES} bytes.")
    try:
        text = data.decode("utf-8")
        lines = csv.DictReader(io.StringIO(text.removeprefix(_MARK), newline=""), strict=True)
        missing = {"name", "role"} - set(lines.fieldnames or ())
        if missing:
            raise UsageError(f"The first line of {file} has to be: {','.join(COLUMNS)}")
        people = [_person(line, f"{file}, line {lines.line_num}") for line in lines]
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(f"{file} is no CSV in UTF-8.") from None
    if not people or len(people) > MOST_PEOPLE:
        raise UsageError(f"{file} has {len(people)} people; 1 to {MOST_PEOPLE} can be added.")
    names = [person["name"] for person in people]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise UsageError(f"{file} has {twice} twice.")
    return people, text.startswith(_MARK)


def _person(line: dict[str, Any], place: str) -> dict[str, Any]:
    values = {column: (line.get(column) or "").strip() for column in COLUMNS}
    if None in line:
        raise UsageError(f"{place}: more values than columns.")
    person = values | {
        "display": values["display"] or values["name"],
        "client": values["client"] or None,
    }
    try:
        check_account(**_account(person))
    except UsageError as error:
        raise UsageError(f"{place}: {error.detail}") from None
    return person


def _account(person: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": person["name"],
        "role": person["role"],
        "client_id": person["client"],
        "display": person["display"],
        "extension": person["extension"],
    }


def _print_password(name: str, password: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "password": password})
        return
    note(f"The one-time password of {name}. It is not shown again:")
    sys.stdout.write(f"{password}\n")


def _say_where() -> None:
    """Say where to log in, or how to turn the pages on."""
    found = settings()
    if found.console.enabled == "off":
        note('The pages are off. Turn them on: enabled = "on" under [console], then restart.')
    else:
        note(f"On this machine: {found.api.local_url}/")


def _state(one: Operator, now: float) -> str:
    if one.disabled:
        return "disabled"
    if one.locked_until > now:
        return "locked"
    return "one-time password" if one.must_change else "enabled"


def _described(one: Operator, now: float) -> dict[str, Any]:
    return {
        "name": one.name,
        "display": one.display,
        "role": one.role,
        "client_id": one.client_id,
        "extension": one.extension,
        "disabled": one.disabled,
        "locked": one.locked_until > now,
        "must_change": one.must_change,
        "created_at": rfc3339(one.created_at),
    }
