"""A place in an S3 bucket where backups lie. Contacted only by who names it in a command.

Where and with which credentials is read from the environment (docs/reference/settings.md),
so that no secret stands on a command line; nothing of it is ever logged or told in an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amparo.custody.timestamp import checked_url
from amparo.errors import BadInput, NotFound, Refused, StorageFailed
from amparo.filled import filled

SCHEME = "s3://"
ENDPOINT, REGION = "AWS_ENDPOINT_URL", "AWS_REGION"
KEY_ID, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
STEP = 1 << 20
RETRIES = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100}){0,8}")


def is_bucket(target: str) -> bool:
    """Whether a backup's place is a bucket and not a folder."""
    return target.lower().startswith(SCHEME)


@dataclass(frozen=True)
class Bucket:
    """The objects below one prefix. `url` says where, for people."""

    url: str
    store: Any

    def put(self, name: str, content: bytes | Path | Iterable[bytes]) -> None:
        """Write one object whole; it appears when all of it is there. StorageFailed, Refused."""
        self._ask(lambda client: client.put(self.store, name, content))

    def read(self, name: str) -> bytes:
        """One small object. Raises NotFound, StorageFailed, Refused."""
        return bytes(self._ask(lambda client: client.get(self.store, name).bytes()))

    def stream(self, name: str) -> Iterator[bytes]:
        """One object piece by piece. Raises NotFound, StorageFailed, Refused."""
        steps = iter(self._ask(lambda client: client.get(self.store, name).stream()))
        while (step := self._ask(lambda _: next(steps, None))) is not None:
            yield bytes(step)

    def names(self, folder: str) -> list[str]:
        """All objects below `folder`."""
        pages = self._ask(lambda client: list(client.list(self.store, prefix=folder)))
        return sorted(one["path"] for page in pages for one in page)

    def remove(self, names: list[str]) -> None:
        """Delete objects that no state of the backup names any more."""
        if names:
            self._ask(lambda client: client.delete(self.store, names))

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        client, refused = _client()
        try:
            return question(client)
        except FileNotFoundError:
            raise NotFound("there is no such object or bucket", value=self.url) from None
        except refused:
            raise Refused(
                "the bucket does not let us in", value=self.url, remedy="check key and rights"
            ) from None
        except Exception as error:
            # The client's own texts may hold addresses and headers: none of them is told.
            if not type(error).__module__.startswith("obstore") and not isinstance(error, OSError):
                raise
            raise StorageFailed(
                "the bucket cannot be reached",
                value=self.url,
                remedy=filled(
                    "check the network and {endpoint}; the backup there is as before",
                    endpoint=ENDPOINT,
                ),
            ) from None


def open_bucket(url: str) -> Bucket:
    """The bucket that `s3://BUCKET/PREFIX` names. Contacts nobody. Raises BadInput."""
    parts = urlsplit(url)
    name, prefix = parts.netloc, parts.path.strip("/")
    if not _BUCKET.fullmatch(name) or not _PREFIX.fullmatch(prefix) or ".." in prefix:
        raise BadInput(
            "this is no place in a bucket", value=url[:80], remedy="write s3://BUCKET/PREFIX"
        )
    missing = [one for one in (REGION, KEY_ID, SECRET) if not os.environ.get(one)]
    if missing:
        raise BadInput(
            "it is not said how to reach the bucket",
            value=", ".join(missing),
            remedy="set it in the environment; see docs/reference/settings.md",
        )
    _client()
    return Bucket(f"{SCHEME}{name}/{prefix}", _store(name, prefix))


def _store(bucket: str, prefix: str) -> Any:
    from obstore.store import S3Store

    config = {
        "aws_access_key_id": os.environ[KEY_ID],
        "aws_secret_access_key": os.environ[SECRET],
        "aws_region": os.environ[REGION],
        "aws_checksum_algorithm": "sha256",
    }
    if token := os.environ.get(TOKEN):
        config["aws_session_token"] = token
    near = False
    if endpoint := os.environ.get(ENDPOINT):
        config["aws_endpoint"] = checked_url(endpoint)
        near = endpoint.startswith("http://")
    return S3Store(
        bucket,
        prefix=prefix,
        config=config,
        client_options={"allow_http": near, "timeout": "600s", "connect_timeout": "15s"},
        retry_config=RETRIES,
    )


def _client() -> tuple[Any, tuple[type[Exception], ...]]:
    """The client library, and what it raises when it is not let in."""
    try:
        import obstore
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError
    except ImportError:
        raise BadInput(
            "backups to a bucket need a part that is not installed",
            value="obstore",
            remedy="install amparo[s3]",
        ) from None
    return obstore, (PermissionDeniedError, UnauthenticatedError)
