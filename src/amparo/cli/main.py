"""The `amparo` command: nouns as groups, errors as three lines and an exit code.

Only the standard library and typer are imported here, so that `--help` answers
at once; each command imports what it needs when it runs.
"""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command_name
from typer.models import CommandInfo

from amparo.errors import AmparoError, Exit

from . import (
    backup,
    capture,
    case,
    comment,
    corroborate,
    demonstrate,
    doctor,
    exchange,
    filing,
    gazetteer,
    grants,
    hold,
    item,
    law,
    ledger,
    member,
    person,
    seal,
    search,
    task,
    vault,
    vocabulary,
)

app = typer.Typer(
    name="amparo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Preserve evidence, record who did what to whom, assess the law, file a communication.",
)
app.command("init")(vault.init)
app.command("verify")(vault.verify)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("export-items")(exchange.export_items)
app.command("import-items")(exchange.import_items)
app.command("seal")(seal.seal)
app.command("add-receipt")(exchange.add_receipt)
app.command("search")(search.search)
app.command("demo")(demonstrate.demo)
app.command("doctor")(doctor.doctor)
app.add_typer(corroborate.app, name="corroborate")
item.app.command("capture")(capture.capture)
app.add_typer(item.app, name="item")
case.app.command("hold")(hold.hold)
app.add_typer(case.app, name="case")
app.add_typer(task.app, name="task")
app.command("gazetteer")(gazetteer.gazetteer)
app.add_typer(vocabulary.app, name="vocabulary")
app.add_typer(law.app, name="law")
filing.app.command("comment")(comment.comment)
filing.app.command("comments")(comment.comments)
app.add_typer(filing.app, name="filing")
app.add_typer(ledger.app, name="ledger")
app.add_typer(vault.app, name="vault")
app.add_typer(member.app, name="member")
app.add_typer(person.app, name="person")
member.app.command("grant")(grants.grant)
member.app.command("revoke")(grants.revoke)
member.app.command("grants")(grants.grants)
member.app.command("role")(grants.role)
member.app.command("requests")(grants.requests)
member.app.command("agree")(grants.agree)
member.app.command("break-glass")(grants.break_glass)
member.app.command("notices")(grants.notices)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"amparo {version('amparo')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Preserve evidence, record who did what to whom, assess the law, file a communication."""


def _tell(error: AmparoError) -> int:
    if "--json" in sys.argv:
        typer.echo(json.dumps(error.as_json(), ensure_ascii=False), err=True)
    else:
        typer.echo(f"amparo: {error}", err=True)
    return int(error.exit_code)


def _storage_error(error: OSError) -> int:
    from amparo.errors import StorageFailed

    name = os.fspath(error.filename) if isinstance(error.filename, str | os.PathLike) else ""
    cause = (error.strerror or type(error).__name__).lower()
    return _tell(
        StorageFailed(
            cause, value=name, remedy="check the path, its permissions and the free space"
        )
    )


def narrow(whole: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The command line with nothing but the command that `words` call, where they name one.

    typer reads the signature of each of a hundred commands at every start, a quarter of what
    a short command takes.
    """
    if not words:
        return whole
    commands = [one for one in whole.registered_commands if _name_of(one) == words[0]]
    groups = [one for one in whole.registered_groups if one.name == words[0]]
    if not commands and not groups:
        return whole
    narrowed = copy.copy(whole)
    narrowed.registered_commands, narrowed.registered_groups = commands, []
    for group in map(copy.copy, groups):
        if group.typer_instance:
            group.typer_instance = narrow(group.typer_instance, words[1:])
        narrowed.registered_groups.append(group)
    return narrowed


def _name_of(command: CommandInfo) -> str:
    called = getattr(command.callback, "__name__", "")
    return command.name or get_command_name(called)


def run_app() -> None:
    """Run the command line; every foreseen failure ends in a message and a code."""
    try:
        code = narrow(app, sys.argv[1:])(standalone_mode=False)
    except AmparoError as error:
        code = _tell(error)
    except OSError as error:
        code = _storage_error(error)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("amparo: interrupted; what was acknowledged is kept", err=True)
        code = int(Exit.INTERRUPTED)
    except Exception as error:
        code = _show_usage_error(error)
    sys.exit(code if isinstance(code, int) else 0)


def _show_usage_error(error: Exception) -> int:
    """Click's own errors show usage; anything else is a fault of ours, told without its text.

    An exception's text may quote a narrative, so only its type and place are shown.
    """
    show = getattr(error, "show", None)
    if callable(show):
        show()
        return int(Exit.BAD_INPUT)
    if isinstance(error, BrokenPipeError):
        return int(Exit.DONE)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    typer.echo(
        f"amparo: a fault in the program ({type(error).__name__} at {place}). "
        "Nothing was half-written; report this line, it holds nothing of your data",
        err=True,
    )
    return 70
