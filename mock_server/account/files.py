"""Files: what jobs made, for a key, or for a URL that opens one of them for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mock_server.account import signing
from mock_server.account.contents import contents
from mock_server.account.job import Job, job_of
from mock_server.account.owned import Shelf, missing, told
from mock_server.call import Call
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.quota import SECOND
from mock_server.state import Find, Wishes
from mock_server.surface import Answering, Handler
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

KIND = "job"
PUBLIC = "job/public"
"""Kind of the records that tell whose a job is, for those who come without a key."""


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts

    def download(gateway: Gateway, call: Call) -> Answering:
        _on_the_media_host(gateway, call)
        job = yield from _finished(call)
        return Reply(200, contents(job.modality, job.prompt), {"content-type": job.content_type})

    def sign(gateway: Gateway, call: Call) -> Answering:
        job = yield from _finished(call)
        seconds = call.arguments.get("expires_in", 3600)
        expires = call.incoming.now // SECOND + seconds
        assert call.caller is not None
        url = yield from url_of(gateway, job, call.caller.account, expires)
        return told({"url": url, "expires_at": expires})

    def public(gateway: Gateway, call: Call) -> Answering:
        _on_the_media_host(gateway, call)
        given = call.arguments
        path = f"{given['job']}/{given['file']}"
        key = yield from secret(gateway)
        if not signing.opens(key, given["k"], path, given["exp"], given["token"]):
            raise _closed("invalid_signature", "The signature of this URL is not valid.")
        if given["exp"] * SECOND <= call.incoming.now:
            raise _closed("expired_signature", "This URL has run out.")
        record = yield Find(PUBLIC, given["job"])
        if record is None:
            raise missing("job", given["job"], "job")
        job = _with_file(job_of(record["job"]), given["file"], call.incoming.now)
        return Reply(200, contents(job.modality, job.prompt), {"content-type": job.content_type})

    return {"downloadFile": download, "signFile": sign, "downloadSignedFile": public}


def secret(gateway: Gateway) -> Wishes:
    """Return what URLs of files are signed with."""
    return (yield from signing.secret("files", lambda: gateway.new_id("files")))


def url_of(gateway: Gateway, job: Job, account: str, expires: int) -> Wishes:
    """Return a URL that opens the file of a job until it expires (Unix seconds)."""
    key = yield from secret(gateway)
    mark = signing.owner_mark(account)
    return signing.signed_url(job.media, key, mark, f"{job.id}/{job.file}", expires)


def media_base(gateway: Gateway, call: Call) -> str:
    """Return the base URL of the media host, as a client finds it."""
    base = gateway.settings.media_url.rstrip("/")
    scheme, host = gateway.settings.door.scheme, call.incoming.header("host") or "localhost"
    return base or f"{scheme}://{host}"


def _finished(call: Call) -> Wishes:
    """Return the job of a call's path; raises Problem (404) where it has no such file yet."""
    given: Mapping[str, Any] = call.arguments
    record = yield from Shelf(KIND, call).find(given["job"], "job")
    return _with_file(job_of(record), given["file"], call.incoming.now)


def _with_file(job: Job, file: str, now: int) -> Job:
    if job.status(now) != "completed" or file != job.file:
        raise Problem(
            "resource_not_found",
            f"The job '{job.id}' is {job.status(now)} and has no file '{file[:100]}'. Once it is "
            f"completed, its file is '{job.file}'.",
            "file",
            status=404,
            type="not_found",
        )
    return job


def _on_the_media_host(gateway: Gateway, call: Call) -> None:
    """Raise Problem (404) where the media host is another one than was asked."""
    base = gateway.settings.media_url
    if base and urlsplit(base).netloc.lower() != (call.incoming.header("host") or "").lower():
        raise Problem(
            "unknown_url",
            f"Files are not served by the host of the API. Download them from {base}.",
        )


def _closed(code: str, words: str) -> Problem:
    return Problem(
        code, f"{words} Ask for another.", "token", status=400, type="invalid_request_error"
    )
