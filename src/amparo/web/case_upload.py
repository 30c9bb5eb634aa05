"""A case file that was uploaded: read from memory, never laid down as a clear file."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from amparo.casefile.case_file import import_text
from amparo.errors import BadInput
from amparo.filled import filled

MAX_BYTES = 20_000_000
Upload = UploadedFile | None  # type: ignore[type-arg]


def import_upload(
    actor: str, upload: Upload, overlay: Upload = None, *, with_review: bool = False
) -> str:
    """Add what the case file says; returns the code of the case.

    Raises BadInput naming file and line for the first thing that does not fit.
    """
    text, name = _text_of(upload, "case file")

    def overlay_of(named: str) -> str:
        return _text_of(overlay, f"overlay {named}")[0]

    return import_text(actor, text, name, overlay_of, with_review=with_review)[0]


def _text_of(upload: Upload, what: str) -> tuple[str, str]:
    if upload is None:
        raise BadInput(
            filled("the {what} was not sent", what=what), remedy="choose the file in its field"
        )
    name = upload.name or what
    if (upload.size or 0) > MAX_BYTES:
        raise BadInput(
            filled("the {what} is too large", what=what),
            value=name,
            remedy=filled("at most {most} bytes", most=MAX_BYTES),
        )
    try:
        return upload.read().decode("utf-8-sig"), name
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8", value=name, remedy="save it as UTF-8") from None
