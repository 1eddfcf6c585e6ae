"""The HTTP side of the gateway: routes, keys, problems, idempotency, cursors, entity tags."""
