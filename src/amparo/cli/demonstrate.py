"""Run the main job on the invented demo case, from files to a verified filing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amparo.errors import BadInput, Broken

if TYPE_CHECKING:
    from amparo.filing.bundle import Built
    from amparo.intake.receive import Tally
    from amparo.vault.unlock import Vault

CASE = "KARV"
SENDER = "Velm Documentation Office (invented), care of the demo case"


def demo(
    out: Annotated[Path, typer.Option("--dir", help="New folder; everything made lies in it.")],
) -> None:
    """Run the main job on an invented case: vault, evidence, record, law, filing, verification.

    Needs no network. The passphrase is drawn at random and written beside the vault, because
    nothing in this case is secret; never do so with a real one.

    Example: amparo demo --dir demo
    """
    from amparo.cli.demo.build import build_files
    from amparo.crypto.memory import protect_process
    from amparo.vault.unlock import create_vault, open_vault

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput("something is there already", value=str(out), remedy="name a new folder")
    out.mkdir(parents=True, exist_ok=True)
    protect_process()
    _say("1. Evidence", f"{len(build_files(out / 'evidence'))} files in {out / 'evidence'}")
    passphrase = _write_passphrase(out / "passphrase.txt")
    create_vault(out / "vault", passphrase)
    _say("2. Vault", f"{out / 'vault'}, passphrase in {out / 'passphrase.txt'}")
    vault = open_vault(out / "vault", passphrase)
    try:
        _deposit(vault, out)
        _record(vault)
        _assess()
        for lang in ("en", "fr"):
            _file(vault, out / f"filing-{lang}", lang)
        _verify(vault, out)
    finally:
        vault.close()
    _tell_where(out)


def _say(step: str, what: str) -> None:
    typer.echo(f"{step:14}{what}")


def _write_passphrase(path: Path) -> str:
    from amparo.crypto.slots import draw_passphrase

    passphrase = draw_passphrase()
    path.touch(mode=0o600)
    path.write_text(passphrase + "\n")
    return passphrase


def _deposit(vault: Vault, out: Path) -> None:
    from collections import Counter

    from amparo.intake.receive import receive

    tally: Tally = receive(vault, vault.member, [out / "evidence"])
    _say(
        "3. Deposit",
        f"expected {tally.expected} = deposited {tally.deposited} + already held {tally.held}"
        f" + failed {tally.failed}; inside them {tally.inside} more",
    )
    outcomes = Counter(r.item.outcome for r in tally.results if r.item and not r.depth)
    _say("", ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()))
    if not tally.agrees:
        raise Broken("the deposit does not add up")


def _record(vault: Vault) -> None:
    from collections import Counter

    from amparo.casefile.case_file import import_case
    from amparo.cli import demo as package

    _, rows = import_case(vault.member, Path(package.__file__).parent / "case.yaml")
    counted = Counter(row.noun for row in rows)
    shown = ", ".join(f"{counted[noun]} {noun}s" for noun in ("statement", "act", "person"))
    _say("4. Record", f"case {CASE}: {len(rows)} records, among them {shown}")


def _assess() -> None:
    from amparo.casefile.proof_chart import assess_case

    assessed = assess_case(CASE)
    found = [line for line in assessed.summary() if line["forum"] == "icc"]
    results = {
        result: [line["act"] for line in found if line["result"] == result]
        for result in ("open", "arguable", "unknown", "closed")
    }
    told = "; ".join(f"{name}: {', '.join(acts)}" for name, acts in results.items() if acts)
    _say("5. Law", f"International Criminal Court, by act: {told}")
    _say("", f"book of law {assessed.book.version}; see `amparo law assess` for reasons and fora")


def _file(vault: Vault, folder: Path, lang: str) -> None:
    from amparo.filing.bundle import build_filing

    built: Built = build_filing(vault, CASE, folder, lang=lang, sender=(SENDER,))
    _say(
        "6. Filing",
        f"{folder}: {len(built.document.exhibits)} exhibits, {len(built.document.gaps)} gaps"
        f" stated, {len(built.withheld)} records held back for want of consent",
    )


def _verify(vault: Vault, out: Path) -> None:
    from amparo.casefile.verify import check_record
    from amparo.custody.verify import verify_package
    from amparo.vault.verify import verify_vault

    report = verify_vault(vault)
    check_record(report)
    faults = list(report.faults)
    for lang in ("en", "fr"):
        faults += verify_package(out / f"filing-{lang}" / "package").as_dict()["faults"]
    if faults:
        raise Broken("the demo does not verify", value=str(faults[0]))
    _say("7. Verify", "vault and both packages verified: nothing is broken")


def _tell_where(out: Path) -> None:
    import shutil
    import sys

    program = "amparo" if shutil.which("amparo") else sys.argv[0]
    ask = f"AMPARO_PASSPHRASE_FILE={out / 'passphrase.txt'} {program}"
    typer.echo(
        f"""
PDF        {out / "filing-en" / "filing.pdf"}
           {out / "filing-fr" / "filing.pdf"}
DOCX       {out / "filing-en" / "filing.docx"}
Package    {out / "filing-en" / "package"}  (open verify.html in it in any browser)
Verify     {program} verify {out / "filing-en" / "package"}
Pages      {ask} serve {out / "vault"}
Search     {ask} search {out / "vault"} задержали
Chart      {ask} case chart {out / "vault"} {CASE}"""
    )
