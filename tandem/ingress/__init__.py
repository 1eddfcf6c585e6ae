"""The webhook receiver: checks that a webhook is genuine, makes it durable, answers, and wakes a drain.

    app = create_app(settings, store, wake=wake, alarm=alarm)   # FastAPI; POST /webhooks/clarity, /webhooks/sagepro
    app = from_settings()                                       # the same over the store that the settings name

`wake(entities: frozenset[str])` starts a drain, `alarm(title, text)` tells somebody that the store takes nothing; both
are optional. A 2xx means committed. What is refused leaves a counter by reason and nothing else.
"""

from __future__ import annotations

from tandem.ingress.app import create_app, from_settings

__all__ = ["create_app", "from_settings"]
