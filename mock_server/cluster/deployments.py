"""Deployments: a plan as Ray Serve runs it. The only file that knows Ray.

An ingress is the same ASGI application as anywhere; models live in replicas of their own, which Ray
starts, moves and counts by the requests that wait.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from importlib import metadata
from typing import Any

from mock_server.app import App, build
from mock_server.cluster.plan import Model, Plan
from mock_server.cluster.remote import Remote
from mock_server.cluster.replica import Replica, Worn
from mock_server.completion import Piece, Prompt
from mock_server.connection import Message, Receive, Send
from mock_server.gemma.folder import Folder
from mock_server.settings import Settings
from mock_server.state import backend
from mock_server.tokens import Tokens

try:
    from ray import serve
    from ray.exceptions import RayActorError, RaySystemError, WorkerCrashedError
    from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
    from ray.serve.handle import DeploymentHandle
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"the cluster needs {error.name}; install it with: pip install 'gonogo[cluster]'",
        name=error.name,
    ) from None

LOST = (RayActorError, RaySystemError, WorkerCrashedError, DeploymentUnavailableError)
FULL = (BackPressureError,)


def application(plan: Plan) -> Any:
    """Return the Serve application of a plan."""
    models = [] if plan.model is None else [_models(plan, plan.model)]
    return _ingress(plan).bind(*models)


def _ingress(plan: Plan) -> Any:
    settings = _settings(plan)

    @serve.deployment(
        name="Ingress",
        num_replicas=plan.ingress.replicas,
        max_ongoing_requests=plan.ingress.at_once,
        ray_actor_options={"num_cpus": plan.ingress.cpus},
    )
    @serve.ingress()
    class Ingress:
        """A mock whose engine, where it is a model, is elsewhere."""

        def __init__(self, models: DeploymentHandle | None = None) -> None:
            self._models = models

        def __serve_build_asgi_app__(self) -> Behind:
            if self._models is None or plan.model is None:
                return Behind(build(settings))
            return Behind(build(settings, engine=_remote(plan, plan.model, self._models)))

    return Ingress


class Behind:
    """A mock behind Ray's proxy, which names every request itself, and writes the name last."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; ASGI."""

        async def unnamed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [each for each in message["headers"] if each[0] != b"x-request-id"]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, unnamed)


def _models(plan: Plan, model: Model) -> Any:
    @serve.deployment(
        name="Gemma",
        max_ongoing_requests=model.at_once,
        max_queued_requests=model.queue,
        autoscaling_config={
            "min_replicas": model.least,
            "initial_replicas": model.least,
            "max_replicas": model.most,
            "target_ongoing_requests": model.waiting,
            "upscale_delay_s": 2.0,
            "downscale_delay_s": 60.0,
        },
        health_check_period_s=2.0,
        ray_actor_options={"num_cpus": model.cpus, "num_gpus": model.gpus},
    )
    class Gemma:
        """A replica."""

        def __init__(self) -> None:
            self._replica = Replica(model, plan.tokenizer)

        @serve.multiplexed(  # type: ignore[untyped-decorator, unused-ignore]
            max_num_models_per_replica=model.adapters_each
        )
        async def adapter(self, name: str) -> Worn:
            return await self._replica.wear(name)

        async def pieces(self, prompt: Prompt) -> AsyncIterator[Piece]:
            worn = None
            if name := serve.get_multiplexed_model_id():
                worn = await self.adapter(name)
            async for piece in self._replica.pieces(prompt):
                yield piece
            del worn

        def check_health(self) -> None:
            self._replica.check()

        def __del__(self) -> None:
            self._replica.close()

    deployment: Any = Gemma
    return deployment.bind()


def _remote(plan: Plan, model: Model, models: DeploymentHandle) -> Remote:
    folder = Folder.open(model.model_dir)
    own = None if model.model_dir is None else folder.path / "tokenizer.json"
    shipped = tuple(folder.adapters or ())
    runtime = metadata.version("onnxruntime-genai")
    version = f"{folder.digest[:8]}-{runtime}-{model.provider}"

    async def ask(prompt: Prompt) -> AsyncGenerator[Piece]:
        name = prompt.adapter if prompt.adapter in model.adapters else ""
        handle = models.options(stream=True, multiplexed_model_id=name)
        made = handle.pieces.remote(prompt)
        try:
            async for piece in made:
                yield piece
        finally:
            made.cancel()

    return Remote(
        Tokens.load(own or plan.tokenizer),
        version,
        (*shipped, *model.adapters),
        ask,
        lost=LOST,
        full=FULL,
    )


def _settings(plan: Plan) -> Settings:
    from mock_server.keys_file import accounts

    # All ingresses share what the first of them would have been born as.
    prepared = getattr(backend(plan.state), "prepared", None)
    return Settings(
        keys=plan.keys,
        accounts=accounts(plan.keys_file) if plan.keys_file else {},
        tokenizer=plan.tokenizer,
        state=prepared(plan.state, plan.ingress.replicas) if prepared else plan.state,
        control_token=plan.control_token,
    )
