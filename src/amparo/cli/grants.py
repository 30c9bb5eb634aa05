"""What members may do: give and take back grants, roles, break-glass, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows
from amparo.cli.vault import VaultPath

MemberCode = Annotated[str, typer.Argument(metavar="MEMBER", help="Code, such as M-2.")]
OneCase = Annotated[str, typer.Option("--case", help="Case; every case when left out.")]
Compartment = Annotated[
    str,
    typer.Option(
        help="identity, contact, narrative, medical, shelter, travel, alleged-perpetrator, source."
    ),
]
LastDay = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC); for good otherwise.")
]


def _end_of(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) + timedelta(days=1) if day else None


def grant(
    vault: VaultPath,
    member: MemberCode,
    compartment: Compartment,
    action: Annotated[
        list[str] | None, typer.Option(help="see, add, change or export; may be repeated.")
    ] = None,
    case: OneCase = "",
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (UTC).")
    ] = None,
    until: LastDay = None,
    why: Annotated[str, typer.Option(help="Kept with the grant and in the ledger.")] = "",
) -> None:
    """Let a member see, add, change or export a compartment of a case. Never yourself.

    Example: amparo member grant evidence M-2 --compartment source --case KARV --until 2027-01-31
    """
    from amparo.access.grants import give
    from amparo.access.roles import SEE, action_named, compartment_named
    from amparo.casefile.records import find_case
    from amparo.cli.unlock import opened

    actions = [action_named(one) for one in action or [SEE]]
    compartment_named(compartment)
    first = begins.replace(tzinfo=UTC) if begins else None
    with opened(vault) as held:
        if case:
            find_case(case)
        for one in actions:
            give(held.member, member, compartment, one, case=case, begins=first,
                 until=_end_of(until), why=why)  # fmt: skip
    typer.echo(f"{member}: {', '.join(actions)} {compartment}, {case or 'every case'}.")


def revoke(
    vault: VaultPath,
    numbers: Annotated[
        list[int], typer.Argument(metavar="NUMBER", help="As `amparo member grants` lists them.")
    ],
) -> None:
    """Take grants back, before their time.

    Example: amparo member revoke evidence 17 18
    """
    from amparo.access.grants import revoke as take_back
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        count = take_back(held.member, numbers)
    typer.echo(f"{count} taken back.")


def grants(
    vault: VaultPath,
    member: Annotated[str, typer.Option(help="Only of this member.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List grants: all for who watches over the vault, your own for others.

    Example: amparo member grants evidence --member M-2
    """
    from amparo.access.grants import list_grants
    from amparo.cli.unlock import opened

    now = datetime.now(UTC).isoformat(timespec="seconds")
    with opened(vault, outside=True):
        rows = [
            one
            for one in list_grants(member)
            if all_ or not (one.ended or (one.until and one.until <= now))
        ]
    if as_json:
        print_json([one.as_dict() for one in rows])
        return
    print_rows(
        ("number", "member", "case", "compartment", "action", "until", "given by", "with role"),
        (
            (o.number, o.member, o.case or "every case", o.compartment, o.action,
             o.ended or o.until, o.given_by, "break-glass" if o.broken else o.role)
            for o in rows
        ),
    )  # fmt: skip


def role(
    vault: VaultPath,
    member: MemberCode,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Name, such as lawyer.")],
    case: Annotated[
        list[str] | None, typer.Option("--case", help="Only in this case; may be repeated.")
    ] = None,
    until: LastDay = None,
    purpose: Annotated[
        str, typer.Option(help="external-reader: for which purpose, such as research.")
    ] = "",
    recipient: Annotated[str, typer.Option(help="external-reader: who they are.")] = "",
) -> None:
    """Give a member another role; what came with the role before is taken back.

    Roles: owner, intake, documenter, analyst, lawyer, protection-officer,
    data-security-officer, external-reader. What each may: docs/spec/access.md.

    An external reader is outside the team: they see what the consents in the case let leave for
    the purpose named, to the recipient named, and without a purpose nobody's account.

    Example: amparo member role evidence M-2 lawyer --case KARV
    """
    from amparo.access.grants import give_role
    from amparo.access.roles import role_named
    from amparo.casefile.consent import use_of
    from amparo.casefile.records import find_case
    from amparo.cli.unlock import opened

    name, use = role_named(role).name, use_of(purpose, recipient)
    with opened(vault) as held:
        for one in case or ():
            find_case(one)
        give_role(held.member, member, name, cases=case or (), until=_end_of(until),
                  purpose=use.purpose, recipient=use.recipient)  # fmt: skip
    typer.echo(f"{member}: {name}, {', '.join(case) if case else 'every case'}.")


def requests(vault: VaultPath, as_json: AsJson = False) -> None:
    """List what you asked to hand out, and what others asked that you may agree to.

    Example: amparo member requests evidence
    """
    from amparo.access.requests import list_requests
    from amparo.cli.unlock import opened

    with opened(vault, outside=True):
        found = list_requests()
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    names = ("number", "state", "asked by", "case", "what", "at", "answered by")
    print_rows(
        names,
        ((one.number, one.state, one.asked_by, one.case, one.what, one.at, one.by)
         for one in found),
    )  # fmt: skip


def agree(
    vault: VaultPath,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="See `member requests`.")],
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it instead.")] = False,
) -> None:
    """Agree that another member hands something out. Nobody agrees to their own request.

    Example: amparo member agree evidence 3
    """
    from amparo.access.requests import decide
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        decide(held.member, number, agree=not refuse)
    typer.echo(f"request {number}: {'refused' if refuse else 'agreed'}.")


def break_glass(
    vault: VaultPath,
    case: Annotated[str, typer.Option("--case", help="The case.")],
    compartment: Compartment,
    why: Annotated[str, typer.Option(help="Reason in a sentence; kept in the ledger. No names.")],
    hours: Annotated[int, typer.Option(min=1, max=24, help="For so many hours.")] = 4,
) -> None:
    """See a compartment of a case for some hours, when it cannot wait.

    The reason goes into the ledger, and the owners and the data-security officer are told.

    Example: amparo member break-glass evidence --case KARV --compartment medical --why "..."
    """
    from amparo.access.grants import break_glass as open_for_hours
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        until = open_for_hours(held.member, case, compartment, hours=hours, why=why)
    typer.echo(f"Open until {until.isoformat(timespec='minutes')}. The others are told.")


def notices(
    vault: VaultPath,
    seen: Annotated[int, typer.Option(help="Say that this notice was seen.")] = -1,
    as_json: AsJson = False,
) -> None:
    """List break-glass that nobody has acknowledged; --seen acknowledges one.

    Shown to owners and the data-security officer.

    Example: amparo member notices evidence --seen 41
    """
    from amparo.access import grants as held_grants
    from amparo.cli.unlock import opened

    with opened(vault) as held:
        if seen >= 0:
            held_grants.acknowledge(held.member, seen)
        rows = held_grants.notices()
    if as_json:
        print_json([one.as_dict() for one in rows])
        return
    print_rows(
        ("notice", "member", "case", "compartment", "at", "until", "why"),
        ((o.number, o.member, o.case, o.compartment, o.at, o.until, o.why) for o in rows),
    )
