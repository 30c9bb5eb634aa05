"""Items handed to another office and taken from one, with receipts in both ledgers.

Packages are folders of this machine, so that nothing has to be laid down in between; they
are read and written with the rights of whoever serves the pages: for owners only.
"""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from amparo.access.members import refuse_unless_owner
from amparo.casefile.consent import use_of
from amparo.casefile.release import refuse_item
from amparo.custody.parcel import seal_checked
from amparo.errors import BadInput
from amparo.intake.receive import receive
from amparo.vault.exchange import custody_files, hand_over, keep_receipt, read_package, take_over
from amparo.vault.retrieve import find_item
from amparo.web.backups import MAX_PLACE, place_of
from amparo.web.lock import acting_member, held_vault

MAX_NOTE = 1 << 20
MAX_WORDS, MAX_KEY = 200, 4000


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Forms: hand over, take over, enter a receipt."""
    refuse_unless_owner(acting_member())
    return _page(request)


@require_POST
def hand(request: HttpRequest) -> HttpResponse:
    """Build the package of the items named, and enter the transfer."""
    refuse_unless_owner(acting_member())
    names = request.POST.get("items", "").replace(",", " ").split()
    items = list({item.pk: item for item in map(find_item, names)}.values())
    if not items:
        raise BadInput("no item was named", remedy="give codes such as I-0003")
    out, to, why = Path(place_of(request)), _words(request, "to"), _words(request, "purpose")
    purpose = request.POST.get("use", "")
    use = use_of(purpose, to if purpose.strip() else "")
    for item in items:
        refuse_item(item, use, to=to)
    made = hand_over(held_vault(), items, out, to=to, purpose=why, use=use.told)
    return _page(request, sent=len(items), size=made.size)


@require_POST
def seal(request: HttpRequest) -> HttpResponse:
    """Encrypt a package of this machine for its recipients."""
    refuse_unless_owner(acting_member())
    keys = request.POST.get("recipients", "")[:MAX_NOTE].splitlines()
    out = Path(_words(request, "out", MAX_PLACE))
    size = seal_checked(Path(place_of(request)), out, keys)
    return _page(request, sealed=out.name, size=size)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Check a package, deposit its items, and show the receipt to give back."""
    refuse_unless_owner(acting_member())
    package = Path(place_of(request))
    arriving = read_package(package, [_words(request, "key", MAX_KEY)])
    tally = receive(held_vault(), acting_member(), [*arriving.files, *custody_files(package)])
    note = take_over(held_vault(), arriving)
    return _page(request, tally=tally, origin=arriving.checkpoint.origin, receipt=note)


@require_POST
def receipt(request: HttpRequest) -> HttpResponse:
    """Enter the receipt for what was handed over."""
    refuse_unless_owner(acting_member())
    key = _words(request, "key", MAX_KEY)
    return _page(request, confirmed=keep_receipt(held_vault(), note_of(request, "receipt"), key))


def note_of(request: HttpRequest, field: str) -> str:
    """A signed note that was pasted: browsers send its line ends as CR LF. Raises BadInput."""
    text = request.POST.get(field, "").replace("\r\n", "\n").strip("\n")
    if not text or len(text) > MAX_NOTE:
        raise BadInput("nothing was pasted", remedy="paste the whole text of the file")
    return text + "\n"


def _page(request: HttpRequest, **facts: object) -> HttpResponse:
    return render(request, "exchanges.html", {"vkey": held_vault().header.vkey, **facts})


def _words(request: HttpRequest, field: str, most: int = MAX_WORDS) -> str:
    text = " ".join(request.POST.get(field, "").split())
    if not text or len(text) > most:
        raise BadInput("a field is empty or too long", value=field)
    return text
