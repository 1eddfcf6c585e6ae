"""Answers that no application gave: the network, a proxy or a side that is away."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx

from tandem.values import utc_now
from tests.simulation.dice import Dice

TIMEOUT = 30.0


async def refused(dice: Dice, strike: str) -> httpx.Response:
    """The request never reached the application."""
    match strike:
        case "lost":
            await asyncio.sleep(TIMEOUT)
            raise httpx.ReadTimeout("lost on the way")
        case "cut before":
            raise httpx.RemoteProtocolError("cut before it was read")
        case "429 bare":
            return httpx.Response(429)
        case "429 seconds":
            return httpx.Response(429, headers={"retry-after": str(dice.whole(1, 90))})
        case "429 date":
            now, ahead = utc_now(), timedelta(seconds=dice.whole(-300, 300))
            until = now + ahead + timedelta(seconds=dice.whole(1, 90))
            return httpx.Response(429, headers={"retry-after": _date(until), "date": _date(now + ahead)})
        case "503 seconds":
            return httpx.Response(503, headers={"retry-after": str(dice.whole(1, 120))})
    return httpx.Response(500)


async def away(manner: str, left: float) -> httpx.Response:
    """The whole side is away for so many more seconds."""
    match manner:
        case "refused":
            await asyncio.sleep(0.001)
            raise httpx.ConnectError("nobody listens")
        case "silent":
            await asyncio.sleep(5)
            raise httpx.ConnectTimeout("no answer to the connection")
        case "503":
            return httpx.Response(503)
        case "503 with a time":
            return httpx.Response(503, headers={"retry-after": str(int(min(left, 600)) + 1)})
    return httpx.Response(500)


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
