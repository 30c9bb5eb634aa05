"""Which time-stamping services the open vault may ask, and asking them. None is built in."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from amparo.custody.log import current_log
from amparo.custody.models import LogState, StampService
from amparo.custody.timestamp import (
    CALENDARS,
    Authority,
    Outcome,
    Stamps,
    checked_url,
    parse_authorities,
)
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound

RFC3161 = "rfc3161"


def add_authority(
    actor: str, name: str, url: str, roots: str, *, certificate: str = "", policy: str = ""
) -> None:
    """Allow an RFC 3161 authority to be asked; its root certificates are pinned. BadInput."""
    row = {"name": name, "url": url, "roots": roots, "certificate": certificate, "policy": policy}
    [one] = parse_authorities([row])
    _check_pem(roots)
    _refuse_double(name)
    with work(actor, "configure time stamps") as custody:
        StampService.objects.create(kind=RFC3161, **row)
        custody.enter("grant", result=f"time-stamping authority {one.name} may be asked")


def add_calendar(actor: str, url: str) -> str:
    """Allow an OpenTimestamps calendar to be asked; its name here. BadInput."""
    name = (urlsplit(checked_url(url)).netloc or url)[:40]
    _refuse_double(name)
    with work(actor, "configure time stamps") as custody:
        StampService.objects.create(kind=CALENDARS, name=name, url=url)
        custody.enter("grant", result=f"calendar {name} may be asked")
    return name


def remove_service(actor: str, name: str) -> None:
    """Ask an authority or calendar no more; stamps that it gave stay. NotFound."""
    row = StampService.objects.filter(name=name).first()
    if row is None:
        raise NotFound("no such service", value=name[:40], remedy="see `amparo ledger services`")
    with work(actor, "configure time stamps") as custody:
        row.delete()
        custody.enter("grant", result=f"{name} is asked no more")


def services() -> list[StampService]:
    """What may be asked, by name."""
    return list(StampService.objects.order_by("name"))


def open_stamps() -> Stamps:
    """The open vault's stamps, with what is configured."""
    rows = services()
    authorities = [
        Authority(
            row.name,
            row.url,
            row.roots.encode(),
            row.certificate.encode() or None,
            row.policy or None,
        )
        for row in rows
        if row.kind == RFC3161
    ]
    calendars = [row.url for row in rows if row.kind == CALENDARS]
    return Stamps(current_log().folder / "timestamps", authorities, calendars)


def stamp_newest(actor: str) -> list[Outcome]:
    """Stamp the newest checkpoint and whatever was left due. Raises BadInput when nothing may
    be asked. What cannot be reached stays due."""
    stamps = open_stamps()
    if not stamps.authorities and not stamps.calendars:
        raise BadInput(
            "no time-stamping service is configured",
            remedy="add one with `amparo ledger add-authority` or `add-calendar`",
        )
    stamps.enqueue(LogState.objects.get().checkpoint)
    return _entered(actor, "stamp", stamps.stamp())


def upgrade(actor: str) -> list[Outcome]:
    """Ask calendars what became of their promises."""
    return _entered(actor, "upgrade", open_stamps().upgrade())


def _entered(actor: str, what: str, outcomes: Iterable[Outcome]) -> list[Outcome]:
    done = list(outcomes)
    good = [one for one in done if not one.failure]
    if good:
        with work(actor, "time stamps") as custody:
            for one in good:
                custody.enter("verify", result=f"{what}: checkpoint {one.size} by {one.authority}")
    return done


def _check_pem(roots: str) -> None:
    if "-----BEGIN CERTIFICATE-----" not in roots:
        raise BadInput("A certificate cannot be read", remedy="Give it in PEM form")


def _refuse_double(name: str) -> None:
    if StampService.objects.filter(name=name).exists():
        raise BadInput("there is a service of that name", value=name[:40], remedy="remove it first")
