"""Whose hands each key was in, written down by the database itself: a trigger on the queue, read back by plain SQL."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.findings import DOUBLED, Finding
from tests.crash.place import write
from tests.crash.reading import Reader

TRIGGER = """
create table hands (
    seq bigserial primary key, at timestamptz not null default clock_timestamp(),
    process text not null default current_setting('application_name'),
    entity text not null, key text not null, before text, after text, until timestamptz
);
create function note_hands() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if old.lease_owner is distinct from new.lease_owner then
            insert into hands (entity, key, before, after, until)
            values (new.entity, new.key, old.lease_owner, new.lease_owner, old.available_at);
        end if;
    elsif old.lease_owner is not null then
        insert into hands (entity, key, before, after, until)
        values (old.entity, old.key, old.lease_owner, null, old.available_at);
    end if;
    return null;
end $$;
create trigger hands after update or delete on queue for each row execute function note_hands();
"""
"""A key comes into a hand when `lease_owner` is set and leaves it when it is cleared or the row goes.

Each process has an `application_name` of its own (PGAPPNAME).
"""

SHARED = """
select process, count(distinct after) from hands where after is not null
group by process having count(distinct after) > 1
"""
TWO_HANDS = "select entity || ' ' || key, before, after from hands where before is not null and after is not null"
TAKEN = """
with owner as (select distinct process, after as owner from hands where after is not null)
select h.entity || ' ' || h.key, h.before, coalesce(o.owner, 'nobody')
from hands h left join owner o on o.process = h.process
where h.after is null and h.before is not null and h.until > h.at and h.before is distinct from o.owner
"""
"""What was taken out of a hand by another before its lease had run out."""

BACK = """
select key, version, last from (
    select key, version::bigint as version, max(version::bigint) over before as last
    from ledger where entity = 'order' and state = 'APPLIED'
    window before as (partition by key order by id rows between unbounded preceding and 1 preceding)
) as passes where version < last
"""


def watch(address: str) -> None:
    """Write down from now on whose hands each key is in."""
    write(address, TRIGGER)


def hand_findings(store: Reader) -> Iterator[Finding]:
    """A key in two hands, taken out of a hand, or whose versions went back."""
    for row in store.rows(SHARED):
        yield Finding("check", str(row[0]), "a process that claims as two drains: the other checks would prove nothing")
    yield from (Finding(DOUBLED, key, f"went from {a} to {b}") for key, a, b in store.rows(TWO_HANDS))
    yield from (Finding(DOUBLED, key, f"taken from {a} by {b}") for key, a, b in store.rows(TAKEN))
    yield from (Finding("order", key, f"version {new} after {old}") for key, new, old in store.rows(BACK))


def by_drain(store: Reader) -> dict[str, int]:
    """How many passes over orders each drain has made."""
    return dict(
        store.rows("select owner, count(*) from ledger where entity = 'order' group by owner order by count(*) desc")
    )


def wandered(store: Reader) -> int:
    """Orders that more than one drain had in hand, one after the other: where order per key can go wrong at all."""
    hands = "select key, count(distinct after) as n from hands where entity = 'order' group by key"
    return int(store.one(f"select count(*) from ({hands}) as moved where n > 1"))
