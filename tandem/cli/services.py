"""What `tandem up` runs: each service's command and the condition on which it counts as up."""

from __future__ import annotations

import sys

from tandem.cli import environment, probe
from tandem.cli.processes import Service, Supervisor
from tandem.settings import Settings

POOL = "tandem"
RUNS = 6
"""Flow runs that the worker has under way at once: a live run and its successor, sweeps, a backfill."""
WEB = ("gateway", "sandbox", "ingress")
"""Tandem's own HTTP services, in the order in which they are started."""
HEALTH = {"gateway": "/api/v1/sagepro/health", "sandbox": "/health", "ingress": "/health"}


def embedded(now: Settings) -> tuple[str, ...]:
    """The services that this installation runs itself; a system with an address of its own is somebody else's."""
    left_out = {"gateway"} if now.sagepro_url else set()
    left_out |= {"sandbox"} if now.clarity_url else set()
    return tuple(name for name in WEB if name not in left_out)


def web(name: str, now: Settings) -> Service:
    """One of Tandem's own HTTP services."""
    return Service(
        name=name,
        command=(sys.executable, "-m", "tandem", "serve", name),
        ready=lambda: probe.answers(now.url_of(name) + HEALTH[name]),
    )


def prefect_server(now: Settings) -> Service:
    """The Prefect server with its pages, on SQLite."""
    return Service(
        name="prefect",
        command=(
            *_prefect("server", "start"),
            "--host",
            now.host,
            "--port",
            str(now.prefect_port),
            "--analytics-off",
        ),
        ready=lambda: probe.answers(f"{environment.prefect_url(now)}/api/health"),
    )


def watcher(now: Settings) -> Service:
    """The watcher beside the gateway; up when it knows all that it watches."""
    from tandem.gateway.watch.health import file_of

    said = file_of(now)
    said.unlink(missing_ok=True)  # of an earlier one
    return Service(
        name="watcher", command=(sys.executable, "-m", "tandem", "serve", "watcher"), ready=said.exists, patience=600.0
    )


def watched(now: Settings) -> bool:
    """Whether a watcher runs here: the gateway does, and there is a key to sign with."""
    return "gateway" in embedded(now) and now.sagepro_webhook_secrets is not None


def worker(now: Settings) -> Service:
    """The Prefect worker that starts each flow run as a process of its own."""
    return Service(
        name="worker",
        command=(
            *_prefect("worker", "start"),
            *("--pool", POOL, "--type", "process", "--name", "embedded", "--install-policy", "never"),
            *("--limit", str(RUNS)),
        ),
        ready=lambda: _worker_online(now),
    )


def start_all(supervisor: Supervisor, now: Settings) -> None:
    """Start everything in an order in which each finds what it needs, and wait until all of it can be used."""
    own = embedded(now)
    supervisor.start(prefect_server(now))
    for name in own:
        supervisor.start(web(name, now))
    beside = ("watcher",) if watched(now) else ()
    if beside:
        supervisor.start(watcher(now))
    supervisor.wait("prefect")
    supervisor.run("bootstrap", (sys.executable, "-m", "deployments.bootstrap"))
    supervisor.start(worker(now))  # needs the pool alone, and takes as long as deploying
    supervisor.run("deploy", _prefect("deploy", "--all", "--no-prompt"))
    supervisor.wait(*own, *beside, "worker")


def _prefect(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "prefect", *words)


def _worker_online(now: Settings) -> bool:
    found = probe.ask(f"{environment.prefect_url(now)}/api/work_pools/{POOL}/workers/filter", {})
    return any(worker.get("status") == "ONLINE" for worker in found or ())
