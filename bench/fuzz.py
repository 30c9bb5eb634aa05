"""Coverage-guided fuzzing of our own parsers: chats, subtitles, dates, queries.

    uv pip install --target /tmp/atheris atheris
    PYTHONPATH=/tmp/atheris .venv/bin/python bench/fuzz.py chat|subtitles|dates|query [-runs=100000]

What follows the parser's name goes to libFuzzer. A parser may refuse (its own errors), never
raise anything else; what it accepts must keep the law that stands with it below. The hypothesis
tests under tests/ look for the same without coverage; this is the optional, longer search.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

FORMS = {
    "chat": (b"12/03/2017, 21:04 - A: they came\n", b'{"messages":[{"id":1,"text":"x"}]}'),
    "subtitles": (b"1\n00:00:01,000 --> 00:00:02,000\nwords\n",),
    "dates": (b"2017-03~/2017-05?", b"2017-21", b"[2016..2018]"),
    "query": (b'torture "secret prison" (arrest* OR x) -y near/5 kind:pdf date:2017..',),
}


def fuzz_chat(text: str) -> None:
    """Each form of export: stops only by a typed refusal; messages in = messages accounted for."""
    from amparo.intake.readers import signal, telegram, whatsapp
    from amparo.intake.readers.draft import Draft, Input, Stop
    from amparo.intake.reading import Budget

    for reader in (whatsapp, telegram, signal):
        draft = Draft(Budget(seconds=30))
        try:
            reader.read(Input.of(text.encode("utf-8", "replace"), "chat.txt"), draft)
        except Stop:
            continue
        assert len({part.name for part in draft.parts}) == len(draft.parts)


def fuzz_subtitles(text: str) -> None:
    """Cues are strings, no more of them than arrows."""
    from amparo.intake.readers.subtitles import parse_cues

    assert len(list(parse_cues(text))) <= text.count("-->")


def fuzz_dates(text: str) -> None:
    """What is accepted has its bounds in order and is read back the same."""
    from amparo.casefile.dates import date_in_words, parse_date
    from amparo.errors import BadInput

    try:
        found = parse_date(text)
    except BadInput:
        return
    assert not (found.earliest and found.latest) or found.earliest <= found.latest
    assert parse_date(found.edtf).earliest == found.earliest
    date_in_words(found)


def fuzz_query(text: str) -> None:
    """What is accepted is text that FTS5 accepts; a refusal does not repeat the words."""
    import sqlite3

    from amparo.casefile.plan_query import plan_query
    from amparo.casefile.query import parse_query
    from amparo.errors import BadInput

    try:
        plan = plan_query(parse_query(text))
    except BadInput:
        return
    if plan.match is not None:
        base = sqlite3.connect(":memory:")
        base.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
        base.execute("SELECT rowid FROM t WHERE t MATCH ?", (plan.match,)).fetchall()
        base.close()


TARGETS: dict[str, Callable[[str], None]] = {
    "chat": fuzz_chat,
    "subtitles": fuzz_subtitles,
    "dates": fuzz_dates,
    "query": fuzz_query,
}


def main() -> None:
    """Hand one parser to libFuzzer, with a first example of each form."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(__doc__)
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: see the first lines of this file")
    import tempfile
    from pathlib import Path

    name = sys.argv[1]
    with atheris.instrument_imports(include=["amparo"]):
        from amparo.casefile import dates, plan_query, query
        from amparo.intake.readers import chat, signal, subtitles, telegram, whatsapp

        del dates, plan_query, query, chat, signal, subtitles, telegram, whatsapp

    def one(data: bytes) -> None:
        TARGETS[name](data.decode("utf-8", "ignore"))

    corpus = tempfile.mkdtemp(prefix="fuzz-")
    for number, example in enumerate(FORMS[name]):
        (Path(corpus) / str(number)).write_bytes(example)
    atheris.Setup([sys.argv[0], *sys.argv[2:], corpus], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
