"""The shop's webhooks: written with the change they tell of, signed, and sent until they arrive."""

from tandem.sandbox.webhooks.journal import stored
from tandem.sandbox.webhooks.outbox import Emission, Outbox, event_id_of
from tandem.sandbox.webhooks.sender import Sender

__all__ = ["Emission", "Outbox", "Sender", "event_id_of", "stored"]
