"""Jobs: begun, watched, cancelled; paid for once they have completed, and told of at their end."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_server.account import files, webhooks
from mock_server.account.contents import contents
from mock_server.account.errands import Later, Now
from mock_server.account.job import Fate, Job, job_of
from mock_server.account.owned import Shelf, cents, told
from mock_server.account.paying import held, settlement
from mock_server.admission import TAG, saturated
from mock_server.call import Call
from mock_server.keys import Upstream
from mock_server.quota import SECOND
from mock_server.state import Keep, Release, Wishes
from mock_server.surface import Answering, Handler
from openapi import AccountFacts
from openapi.account import JobKind

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

_OPERATIONS = {"createVideo": "video", "createMusic": "music", "create3d": "3d"}
_FATES = {
    Upstream.WELL: Fate.COMPLETED,
    Upstream.DOWN: Fate.FAILED,
    Upstream.SATURATED: Fate.STUCK,
}


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    desk = _Desk(facts)
    made: dict[str, Handler] = {
        operation: desk.create(modality) for operation, modality in _OPERATIONS.items()
    }
    return {**made, "getJob": desk.get, "cancelJob": desk.cancel}


class _Desk:
    def __init__(self, facts: AccountFacts) -> None:
        self._facts = facts

    def create(self, modality: str) -> Handler:
        kind = self._facts.jobs[modality]

        def begun(gateway: Gateway, call: Call) -> Answering:
            return (yield from self._begin(gateway, call, modality, kind))

        return begun

    def get(self, gateway: Gateway, call: Call) -> Answering:
        name = call.arguments["job"]
        job = job_of((yield from Shelf(files.KIND, call).find(name, "job")))
        return told((yield from self._shown(gateway, job, _account(call), call.incoming.now)))

    def cancel(self, gateway: Gateway, call: Call) -> Answering:
        shelf, name, now = Shelf(files.KIND, call), call.arguments["job"], call.incoming.now
        while True:
            record = yield from shelf.find(name, "job")
            job = job_of(record)
            if job.ended(now):
                break
            after = replace(job, cancelled=now)
            if (yield from shelf.change(name, after.record(), record)):
                job = after
                yield Keep(files.PUBLIC, name, None)
                yield Release(name, _account(call))
                yield Later(now, functools.partial(self._told_of, gateway, call, job))
                break
        return told((yield from self._shown(gateway, job, _account(call), now)))

    def _begin(self, gateway: Gateway, call: Call, modality: str, kind: JobKind) -> Answering:
        body, caller, settings = call.body, call.caller, gateway.settings
        assert caller is not None
        webhooks.allowed(body.get("webhook_url"), settings.webhook_hosts)
        job = Job(
            id=gateway.new_id("job"),
            modality=modality,
            model=body.get("model") or kind.model,
            prompt=body["prompt"],
            created=call.incoming.now,
            takes=round(settings.job_seconds * SECOND),
            fate=_FATES[caller.upstream],
            price=kind.price,
            file=kind.file,
            content_type=kind.content_type,
            media=files.media_base(gateway, call),
            tag=call.incoming.header(TAG) or caller.tag,
            webhook_url=body.get("webhook_url"),
        )
        yield from held(gateway, call, job.id, 0, job.price)
        forgotten = yield from Shelf(files.KIND, call).roll(job.id, job.record())
        if forgotten is not None:
            yield Keep(files.PUBLIC, forgotten, None)
        yield Keep(files.PUBLIC, job.id, {"job": job.record()})
        if job.fate is not Fate.STUCK:
            noted = yield Later(job.due, functools.partial(self._end, gateway, call, job.id))
            if not noted:
                yield Release(job.id, caller.account)
                raise saturated(1)
        return told((yield from self._shown(gateway, job, caller.account, job.created)), 202)

    def _end(self, gateway: Gateway, call: Call, name: str) -> Wishes:
        """Do what is due when a job's time is over: charge or give back, and tell."""
        job = job_of((yield from Shelf(files.KIND, call).find(name, "job")))
        if job.cancelled is not None:
            return
        if job.fate is Fate.COMPLETED:
            yield settlement(call, name, 0, job.price)
        else:
            yield Release(name, _account(call))
        yield from self._told_of(gateway, call, job)

    def _told_of(self, gateway: Gateway, call: Call, job: Job) -> Wishes:
        if job.webhook_url is None:
            return
        now = yield Now()
        shown = yield from self._shown(gateway, job, _account(call), max(now, job.due))
        charged = job.price if shown["status"] == "completed" else 0
        event = {
            "id": gateway.new_id("evt"),
            "type": f"job.{shown['status']}",
            "created": now // SECOND,
            "data": {"job_id": job.id, **shown, "usage": {"cost_cents": cents(charged)}},
        }
        yield from webhooks.deliver(gateway, _account(call), job.webhook_url, event)

    def _shown(self, gateway: Gateway, job: Job, account: str, now: int) -> Wishes:
        if job.status(now) != "completed":
            return job.shown(now, None, 0)
        expires = now // SECOND + self._facts.result_seconds
        url = yield from files.url_of(gateway, job, account, expires)
        return job.shown(now, url, len(contents(job.modality, job.prompt)))


def _account(call: Call) -> str:
    assert call.caller is not None
    return call.caller.account
