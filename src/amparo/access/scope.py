"""The acting member of this context, and what they may see and do. Unset: nothing.

`open_vault` sets it for a process, the pages set it anew for every request. A new thread
begins with nothing: whoever starts one says for whom it works (`with acting(scope):`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from amparo.access.roles import ADD, EVERY_CASE, EXPORT, SEE
from amparo.errors import Refused


@dataclass(frozen=True)
class Scope:
    """What one member may do now. `held`: (case or "" for every case, compartment, action).

    `whole`: no row is hidden. `watches`: sees the whole ledger and may verify. `outside`: sees
    only what consent lets leave for the `uses` named: (case or "", purpose, recipient).
    """

    member: str = ""
    role: str = ""
    whole: bool = False
    watches: bool = False
    held: frozenset[tuple[str, str, str]] = frozenset()
    outside: bool = False
    uses: frozenset[tuple[str, str, str]] = frozenset()

    def use_in(self, case: str) -> tuple[str, str]:
        """Purpose and recipient for which somebody outside reads this case; "" for none."""
        found = [(purpose, to) for place, purpose, to in sorted(self.uses) if place == case]
        every = [(purpose, to) for place, purpose, to in sorted(self.uses) if place == EVERY_CASE]
        return next(iter(found or every), ("", ""))

    def may(self, action: str, compartment: str, case: str = EVERY_CASE) -> bool:
        """Whether the member may do this to this compartment of the case."""
        wanted = {(EVERY_CASE, compartment, action), (case, compartment, action)}
        return self.whole or not self.held.isdisjoint(wanted)

    def cases(self, compartment: str, action: str = SEE) -> frozenset[str] | None:
        """Cases in which the member may; None means every case."""
        if self.may(action, compartment):
            return None
        return frozenset(c for c, held, done in self.held if (held, done) == (compartment, action))

    def known_cases(self) -> frozenset[str] | None:
        """Cases of which the member sees anything; None means every case."""
        seen = frozenset(case for case, _, action in self.held if action == SEE)
        return None if self.whole or EVERY_CASE in seen else seen

    def sees_all(self, case: str, compartments: tuple[str, ...]) -> bool:
        """Whether nothing in these compartments of the case is hidden."""
        return all(self.may(SEE, compartment, case) for compartment in compartments)

    def leaving(self) -> Scope:
        """The same member, seeing only what they may also take out."""
        if self.whole:
            return self
        kept = {entry for entry in self.held if entry[2] != SEE}
        taken = {(case, comp, SEE) for case, comp, action in self.held if action == EXPORT}
        return replace(self, held=frozenset(kept | taken))


NOBODY = Scope()
_current: ContextVar[Scope] = ContextVar("scope", default=NOBODY)


def current() -> Scope:
    """Who acts in this context, and what they may."""
    return _current.get()


def set_scope(scope: Scope) -> None:
    """Say who acts from here on in this context."""
    _current.set(scope)


@contextmanager
def acting(scope: Scope) -> Iterator[Scope]:
    """Act as this member inside the block; afterwards as before."""
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Whatever the block sets, who acts is afterwards as before."""
    with acting(current()):
        yield


@contextmanager
def whole() -> Iterator[None]:
    """Hide no row inside the block: for what the program itself must compare, never show."""
    with acting(replace(current(), whole=True, outside=False)):
        yield


@contextmanager
def leaving() -> Iterator[None]:
    """See only what may leave, inside the block."""
    with acting(current().leaving()):
        yield


def refuse_unless(action: str, compartment: str, case: str = EVERY_CASE) -> None:
    """Raises Refused unless the acting member may do this in that case."""
    if not current().may(action, compartment, case):
        raise Refused(
            "you have no grant for this",
            value=f"{action} {compartment}",
            remedy="ask an owner of the vault, or break the glass when it cannot wait",
        )


def refuse_unless_anywhere(compartment: str, action: str = ADD) -> None:
    """Raises Refused unless the acting member may do this in at least one case."""
    cases = current().cases(compartment, action)
    if cases is not None and not cases:
        refuse_unless(action, compartment)


def refuse_unless_watching() -> None:
    """Raises Refused unless the acting member may look over the whole vault."""
    scope = current()
    if not (scope.whole or scope.watches):
        raise Refused(
            "only an owner or the data-security officer may do this",
            remedy="ask one of them",
        )
