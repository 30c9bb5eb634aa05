"""C2PA content credentials of a picture: who says how it was made (optional extra `c2pa`).

Read where the library is installed, said to be present where it is not. A manifest that lies
elsewhere is never fetched: the setting says so, and the sandbox has no network. No list of
trusted signers is built in: a signer's name is what the file says, not who it is.
"""

from __future__ import annotations

import io
import json
from typing import Any

from amparo.intake.readers.draft import Draft
from amparo.intake.reading import clean_line

MARKS = (b"c2pa", b"jumb")
SEARCHED = 4_000_000
MOST = 20
_NO_FETCH = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def note(data: bytes, draft: Draft) -> None:
    """Metadata `content_credentials` and `c2pa:...`, where the picture bears any."""
    if not all(mark in data[:SEARCHED] for mark in MARKS):
        return
    try:
        told = _read(data, draft.media_type)
    except ImportError:
        draft.meta("content_credentials", "present, not verified: needs c2pa-python")
        return
    except Exception:  # the library's own errors, and JSON that is none
        draft.meta("content_credentials", "present, cannot be read")
        return
    _describe(told, draft)


def _read(data: bytes, media_type: str) -> dict[str, Any]:
    import c2pa  # type: ignore[import-untyped]

    context = c2pa.Context(c2pa.Settings.from_dict(_NO_FETCH))
    with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
        found = json.loads(reader.json())
    return found if isinstance(found, dict) else {}


def _describe(told: dict[str, Any], draft: Draft) -> None:
    state = clean_line(str(told.get("validation_state") or "not stated"), 40)
    draft.meta("content_credentials", f"present; the library says: {state}")
    manifest = (told.get("manifests") or {}).get(told.get("active_manifest")) or {}
    signature = manifest.get("signature_info") or {}
    makers = [str(one.get("name")) for one in manifest.get("claim_generator_info") or [] if one]
    for key, value in (
        ("made by", ", ".join(makers) or manifest.get("claim_generator")),
        ("title", manifest.get("title")),
        ("signed by", signature.get("issuer")), ("signed at", signature.get("time")),
    ):  # fmt: skip
        draft.meta(f"c2pa:{key}", value or "")
    faults = [str(one.get("code")) for one in told.get("validation_status") or [] if one]
    draft.meta("c2pa:faults", ", ".join(faults[:MOST]))
    labels = [str(one.get("label")) for one in manifest.get("assertions") or [] if one]
    draft.meta("c2pa:assertions", ", ".join(labels[:MOST]))
