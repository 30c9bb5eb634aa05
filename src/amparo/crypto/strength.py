"""Whether a passphrase would be guessed."""

from __future__ import annotations

from amparo.errors import BadInput
from amparo.filled import filled

MAX_PASSPHRASE = 1024
WEAKEST = 3


def judge_passphrase(passphrase: str) -> None:
    """Raises BadInput when a passphrase would be guessed (zxcvbn score below 3 of 4)."""
    from zxcvbn import zxcvbn

    if not passphrase.strip():
        raise BadInput("no passphrase was given", remedy="Use five random words.")
    if len(passphrase) > MAX_PASSPHRASE:
        raise BadInput(
            "the passphrase is too long",
            remedy=filled("at most {most} characters", most=MAX_PASSPHRASE),
        )
    judged = zxcvbn(passphrase[:72], max_length=72)
    if judged["score"] < WEAKEST:
        advice = " ".join(judged["feedback"]["suggestions"]) or "Use five random words."
        raise BadInput("this passphrase would be guessed", remedy=advice)
