"""What goes wrong on the way: rates of each kind of trouble for one seed, and whole outages of a side."""

from dataclasses import dataclass, field

from tests.simulation.dice import Dice

HOUR = 3600.0

MANNERS = ("refused", "silent", "503", "503 with a time", "500")
"""How a side is away."""

READS = ("lost", "cut before", "cut after", "slow", "429 bare", "429 seconds", "429 date", "500", "503 seconds")
WRITES = (*READS, "500 after commit", "late", "double")


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A side that is away from `start` to `end`, in seconds of the week."""

    server: str
    start: float
    end: float
    manner: str


@dataclass(kw_only=True)
class Weather:
    """The trouble of one seed; `calm` is when all of it stops.

    `deadly` and `careless` multiply how often processes die and how often the shop's webhooks go astray; 0 is never.
    `eager` is the share of wake-ups beside which somebody starts a run by hand.
    """

    dice: Dice
    rates: dict[str, float]
    deadly: float = 1.0
    careless: float = 1.0
    eager: float = 0.0
    outages: list[Outage] = field(default_factory=list)
    calm: float = float("inf")

    def outage(self, server: str, now: float) -> Outage | None:
        """The outage that a server is in."""
        return next((o for o in self.outages if o.server == server and o.start <= now < min(o.end, self.calm)), None)

    def strike(self, server: str, method: str, now: float) -> str | None:
        """What happens to one request; None for nothing."""
        if now >= self.calm or not self.dice.chance(self.rates.get(server, 0.0)):
            return None
        return self.dice.pick(READS if method == "GET" else WRITES)


def weather_of(seed: int, week: float) -> Weather:
    """The weather of a seed: some weeks are stormy, some nearly still."""
    dice = Dice(seed, "weather")
    rates = {server: dice.scale(0.005, 0.15) for server in ("gateway", "shop", "ingress")}
    rates["store"] = dice.scale(0.0002, 0.03)
    outages = [_outage(dice, server, week) for server in ("gateway", "shop", "ingress", "prefect") if dice.chance(0.4)]
    if dice.chance(0.25):
        start = dice.between(0.1, 0.6) * week
        outages.append(Outage(server="gateway", start=start, end=start + dice.between(2, 7) * HOUR, manner="refused"))
    return Weather(
        dice=Dice(seed, "strikes"),
        rates=rates,
        outages=outages,
        calm=week,
        deadly=dice.pick((0.5, 1, 1, 2)),
        careless=dice.pick((0.5, 1, 1, 3, 3)),
        eager=dice.scale(0.02, 0.5),
    )


def _outage(dice: Dice, server: str, week: float) -> Outage:
    start = dice.between(0.02, 0.9) * week
    return Outage(server=server, start=start, end=start + dice.scale(30, HOUR), manner=dice.pick(MANNERS))
