"""Addresses of the pages. They carry codes and numbers only: no name, no word of a record."""

from __future__ import annotations

from django.urls import path, register_converter

from amparo.web import (
    api,
    backups,
    bulk,
    captures,
    cases,
    charts,
    checks,
    codings,
    editor,
    entry,
    exchanges,
    filings,
    grants,
    handovers,
    identities,
    items,
    language,
    law,
    leaving,
    ledger,
    members,
    outcomes,
    persons,
    pictures,
    playback,
    records,
    redactions,
    repeats,
    reviews,
    same,
    searches,
    stamps,
    start,
    tasks,
    unlock,
    vocabularies,
    witnesses,
)


class _Code:
    """A piece of an address that is a code of ours."""

    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ItemCode(_Code):
    """I-0001."""

    regex = r"I-[0-9]{4,12}"


class CaseCode(_Code):
    """KARV."""

    regex = r"[A-Z][A-Z0-9-]{0,31}"


class RecordCode(_Code):
    """ST1, V-1."""

    regex = r"[A-Za-z][A-Za-z0-9._-]{0,63}"


class MemberCode(_Code):
    """M-2."""

    regex = r"M-[1-9][0-9]{0,5}"


class CrimeCode(_Code):
    """7(1)(e)."""

    regex = r"[0-9][0-9A-Za-z()-]{0,31}"


register_converter(ItemCode, "item")
register_converter(CaseCode, "case")
register_converter(RecordCode, "record")
register_converter(CrimeCode, "crime")
register_converter(MemberCode, "member")

handler400 = "amparo.web.faults.bad_request"
handler403 = "amparo.web.faults.not_found"
handler404 = "amparo.web.faults.not_found"
handler500 = "amparo.web.faults.server_error"

urlpatterns = [
    path("", start.show, name="start"),
    path("unlock", unlock.unlock, name="unlock"),
    path("lock", unlock.lock, name="lock"),
    path("stay", unlock.stay, name="stay"),
    path("items", items.show_list, name="items"),
    path("items/add", items.add, name="item-add"),
    path("items/added", items.show_added, name="items-added"),
    path("items/capture", captures.ask, name="item-capture"),
    path("items/captured", captures.show, name="item-captured"),
    path("items/outcomes", outcomes.show, name="items-outcomes"),
    path("items/outcomes/again", outcomes.read_again, name="items-reread"),
    path("items/<item:code>", items.show, name="item"),
    path("items/<item:code>/export", items.export, name="item-export"),
    path("items/<item:code>/play", playback.play, name="item-play"),
    path("items/<item:code>/at/<int:position>/<int:start>", items.show_place, name="item-place"),
    path("items/<item:code>/cite/<int:position>/<int:start>", items.choose_case, name="item-state"),
    path("search", searches.ask, name="search"),
    path("search/<int:number>", searches.show, name="search-results"),
    path("search/keep", searches.keep, name="search-keep"),
    path("search/<int:number>/new", searches.again, name="search-new"),
    path("search/<int:number>/forget", searches.forget, name="search-forget"),
    path("cases", cases.show_list, name="cases"),
    path("cases/import", cases.import_file, name="case-import"),
    path("cases/<case:case>", cases.show, name="case"),
    path("cases/<case:case>/export", cases.export, name="case-export"),
    path("cases/<case:case>/hold", cases.hold, name="case-hold"),
    path("cases/<case:case>/leaving", leaving.ask, name="leaving"),
    path("cases/<case:case>/chart", charts.show_chart, name="chart"),
    path("cases/<case:case>/pictures/<slug:what>", pictures.show, name="pictures"),
    path("cases/<case:case>/pictures/<slug:what>/take", pictures.take, name="picture-take"),
    path("cases/<case:case>/bulk", bulk.show, name="bulk"),
    path("cases/<case:case>/bulk/enter", bulk.confirm, name="bulk-enter"),
    path("cases/<case:case>/bulk/template", bulk.template, name="bulk-template"),
    path("cases/<case:case>/same", same.propose, name="same"),
    path("cases/<case:case>/repeats", repeats.show, name="repeats"),
    path("cases/<case:case>/repeats/<record:code>/picture", repeats.look, name="repeats-look"),
    path("cases/<case:case>/record/<record:code>/review", reviews.show, name="record-review"),
    path("cases/<case:case>/chains/<record:code>", charts.show_chains, name="chains"),
    path("cases/<case:case>/chains/<record:code>/take", charts.take_chains, name="chains-take"),
    path("cases/<case:case>/law", law.show_case, name="law-case"),
    path("cases/<case:case>/law/<record:code>", law.show_act, name="law-act"),
    path("cases/<case:case>/filing", filings.show, name="filing"),
    path("cases/<case:case>/filing/package", filings.take_package, name="filing-package"),
    path("cases/<case:case>/filing/progress", filings.progress, name="filing-progress"),
    path("cases/<case:case>/filing/<item:code>", filings.take_document, name="filing-document"),
    path("cases/<case:case>/filing/letter", handovers.letter, name="filing-letter"),
    path("cases/<case:case>/text/<slug:forum>/<slug:lang>", editor.show, name="editor"),
    path(
        "cases/<case:case>/text/<slug:forum>/<slug:lang>/<slug:place>",
        editor.section,
        name="editor-section",
    ),
    path(
        "cases/<case:case>/text/<slug:forum>/<slug:lang>/<slug:place>/versions",
        editor.compare,
        name="editor-versions",
    ),
    path(
        "cases/<case:case>/text/<slug:forum>/<slug:lang>/<slug:place>/comment",
        editor.comment,
        name="editor-comment",
    ),
    path("cases/<case:case>/comment/<record:code>", editor.settle, name="comment-settle"),
    path("cases/<case:case>/redact", redactions.show_list, name="redactions"),
    path("cases/<case:case>/redact/<record:code>", redactions.show, name="redact"),
    path("cases/<case:case>/redact/<record:code>/make", redactions.make, name="redact-make"),
    path(
        "cases/<case:case>/redact/<record:code>/preview", redactions.preview, name="redact-preview"
    ),
    path(
        "cases/<case:case>/redact/<record:code>/page/<int:number>",
        redactions.look,
        name="redact-look",
    ),
    path(
        "cases/<case:case>/redact/<record:code>/copy/<int:number>",
        redactions.look_at_copy,
        name="redact-copy",
    ),
    path(
        "cases/<case:case>/redact/<record:code>/back/<record:redaction>",
        redactions.put_back,
        name="redact-back",
    ),
    path("cases/<case:case>/sent", handovers.show_list, name="handovers"),
    path("cases/<case:case>/sent/<item:code>", handovers.show, name="handover"),
    path("cases/<case:case>/withdrawals", handovers.withdrawals, name="withdrawals"),
    path("cases/<case:case>/withdrawals/told", handovers.tell, name="withdrawal-told"),
    path("cases/<case:case>/withdrawals/enter", handovers.withdraw, name="withdraw"),
    path("cases/<case:case>/override", filings.ask_override_of, name="override-ask"),
    path(
        "cases/<case:case>/override/<record:code>",
        filings.decide_override_of,
        name="override-decide",
    ),
    path("cases/<case:case>/records/<slug:plural>", records.show_list, name="records"),
    path("cases/<case:case>/records/<slug:plural>/add", entry.add, name="record-add"),
    path("cases/<case:case>/record/<record:code>", records.show, name="record"),
    path("cases/<case:case>/record/<record:code>/change", entry.change, name="record-change"),
    path("cases/<case:case>/record/<record:code>/retire", entry.retire, name="record-retire"),
    path(
        "cases/<case:case>/record/<record:code>/versions",
        records.show_history,
        name="record-history",
    ),
    path("cases/<case:case>/record/<record:code>/done", tasks.finish, name="task-done"),
    path("cases/<case:case>/unfinished/<int:number>", tasks.throw_away, name="unfinished"),
    path("cases/<case:case>/coding", codings.show_list, name="codings"),
    path("cases/<case:case>/record/<record:code>/coding", codings.show, name="coding"),
    path("vocabularies", vocabularies.show_list, name="vocabularies"),
    path("vocabularies/import", vocabularies.import_file, name="vocabulary-import"),
    path("vocabularies/<slug:name>", vocabularies.show, name="vocabulary"),
    path("vocabularies/<slug:name>/retire", vocabularies.retire, name="vocabulary-retire"),
    path("language", language.choose, name="language"),
    path("tasks", tasks.show_list, name="tasks"),
    path("grants", grants.show, name="grants"),
    path("persons/find", persons.find, name="person-find"),
    path("law", law.show_book, name="law"),
    path("law/<crime:crime>", law.show_crime, name="law-crime"),
    path("ledger", ledger.show_list, name="ledger"),
    path("ledger/<int:sequence>", ledger.show, name="ledger-entry"),
    path("ledger/tools", witnesses.show, name="witnesses"),
    path("ledger/tools/checkpoint", witnesses.take_checkpoint, name="checkpoint-take"),
    path("ledger/tools/compare", witnesses.compare, name="ledger-compare"),
    path("ledger/tools/growth", witnesses.grow, name="ledger-grow"),
    path("ledger/tools/countersign", witnesses.countersign, name="ledger-cosign"),
    path("ledger/tools/keep", witnesses.keep, name="ledger-keep"),
    path("ledger/tools/post-quantum", witnesses.use_post_quantum, name="post-quantum"),
    path("ledger/<int:sequence>/proof", witnesses.take_proof, name="proof-take"),
    path("ledger/<int:sequence>/entry", witnesses.take_entry, name="entry-take"),
    path("ledger/stamps", stamps.show, name="stamps"),
    path("ledger/stamps/ask", stamps.ask, name="stamps-ask"),
    path("ledger/stamps/upgrade", stamps.upgrade, name="stamps-upgrade"),
    path("ledger/stamps/authority", stamps.add_authority, name="stamps-authority"),
    path("ledger/stamps/calendar", stamps.add_calendar, name="stamps-calendar"),
    path("ledger/stamps/remove", stamps.remove, name="stamps-remove"),
    path("members", members.show_list, name="members"),
    path("members/add", members.add, name="member-add"),
    path("members/<member:code>/remove", members.remove, name="member-remove"),
    path("members/passphrase", members.change_own, name="passphrase"),
    path("members/recovery", members.renew_words, name="recovery-words"),
    path("members/reseal", members.reseal_vault, name="reseal"),
    path("backups", backups.show, name="backups"),
    path("backups/make", backups.make, name="backup-make"),
    path("exchanges", exchanges.show, name="exchanges"),
    path("exchanges/hand", exchanges.hand, name="exchange-export"),
    path("exchanges/seal", exchanges.seal, name="exchange-seal"),
    path("exchanges/take", exchanges.take, name="exchange-import"),
    path("exchanges/receipt", exchanges.receipt, name="exchange-receipt"),
    path("cases/<case:case>/identity/<record:code>", identities.ask, name="identity"),
    path("cases/<case:case>/identity/<record:code>/seal", identities.seal, name="identity-seal"),
    path("cases/<case:case>/identity/<record:code>/show", identities.show, name="identity-show"),
    path("cases/<case:case>/identity/<record:code>/erase", identities.erase, name="identity-erase"),
    path("verify", checks.verify, name="verify"),
    path("verify/package", checks.verify_given, name="verify-package"),
    path("machine", checks.machine, name="machine"),
    path("api/vault", api.vault, name="api-vault"),
    path("api/items", api.items, name="api-items"),
    path("api/items/<item:code>", api.item, name="api-item"),
    path("api/cases", api.cases, name="api-cases"),
    path("api/cases/<case:case>", api.case, name="api-case"),
    path("api/cases/<case:case>/chart", api.proof_chart, name="api-chart"),
    path("api/cases/<case:case>/chains/<record:code>", api.chains, name="api-chains"),
    path("api/cases/<case:case>/law", api.law, name="api-law"),
]
