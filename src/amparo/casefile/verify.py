"""Check that the record's rows are those whose digests the ledger holds."""

from __future__ import annotations

import json
from itertools import groupby

from amparo.casefile.coding import coding_digest
from amparo.casefile.models import Case, Coding, OwnTerms, Record
from amparo.casefile.records import KINDS, case_digest, rows_digest
from amparo.casefile.terms import own_digest
from amparo.custody.models import LedgerEntry
from amparo.vault.verify import Report


def check_record(report: Report) -> None:
    """Add to `report` every case or group of records that is not as it was entered."""
    told = {
        row.sequence: json.loads(bytes(row.body)).get("changes")
        for row in LedgerEntry.objects.filter(kind__in=KINDS)
    }
    rows = Record.every.order_by("entry_sequence", "id")
    seen: set[int] = set()
    for sequence, group in groupby(rows.iterator(chunk_size=2_000), lambda r: r.entry_sequence):
        versions = list(group)
        seen.add(sequence)
        if told.get(sequence) != rows_digest(versions[0].case_id, versions):
            codes = ", ".join(v.code for v in versions[:5])
            report.faults.append(f"{versions[0].case_id}: records {codes} are not as entered")
    digests = {
        case_digest(case.body, case.overlay): f"{case.code}: the case is not as opened"
        for case in Case.every.all()
    } | _beside_the_record()
    for sequence, digest in told.items():
        if sequence not in seen and digests.pop(str(digest), None) is None:
            report.faults.append(f"ledger entry {sequence}: what it recorded is gone")
    report.faults += digests.values()
    stale = _not_current()
    report.faults += [f"{code}: an older version is shown as current" for code in stale]
    report.checked.append(f"record: {len(seen) + Case.every.count()} changes compared")


def _beside_the_record() -> dict[str, str]:
    """Digest of every version of own terms and coding sheets, with what to say where it differs."""
    terms = {
        own_digest(row.name, row.version, row.body): f"vocabulary {row.name}: not as entered"
        for row in OwnTerms.objects.all()
    }
    return terms | {
        coding_digest(row): f"{row.case_id}: a coding sheet of {row.code} is not as entered"
        for row in Coding.objects.all()
    }


def _not_current() -> list[str]:
    newest: dict[tuple[str, str], tuple[int, bool]] = {}
    stale = []
    for case, code, version, current in Record.every.order_by("version").values_list(
        "case_id", "code", "version", "current"
    ):
        before = newest.get((case, code))
        if before and before[1]:
            stale.append(code)
        newest[case, code] = (version, current)
    return stale + [code for (_, code), (_, current) in newest.items() if not current]
