"""Keys made and withdrawn at once, too many of them, and who signs."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps_shop import NOON, Shop, open_shop

from doorstep.errors import ConflictError, NotFoundError
from doorstep.insights.signing import jwk_of, public_of
from doorstep.steps.signing_keys import MOST_KEYS, SETTLES, make_first_key, make_key, signer_of, signer_secret, signing_keys, withdraw_key
from doorstep.store.database import Database
from doorstep.store.signing import KeptKey


def kept(minutes_ago: int) -> KeptKey:
    return KeptKey(key_id=f"k{minutes_ago}", public=b"", made_at=NOON - timedelta(minutes=minutes_ago), withdrawn_at=None)


@given(st.lists(st.integers(0, 60), unique=True, max_size=6))
def test_who_signs_is_known_to_everybody_where_anybody_is(ages: list[int]) -> None:
    signer = signer_of([kept(age) for age in ages], NOON)
    settled = [age for age in ages if timedelta(minutes=age) >= SETTLES]
    if not ages:
        assert signer is None
    else:
        assert signer is not None
        assert signer.key_id == f"k{min(settled) if settled else max(ages)}"


async def make(shop: Shop, at: int = 0) -> str:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await make_key(tx, shop.directory.sealer, shop.merchant_id, "user 1", NOON + timedelta(minutes=at))


async def withdraw(shop: Shop, key_id: str) -> None:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await withdraw_key(tx, shop.directory.sealer, shop.merchant_id, key_id, "user 1", NOON)


async def verifying(shop: Shop) -> list[str]:
    rows = await shop.rows(
        "select key_id from signing_key where merchant_id = $1 and withdrawn_at is null order by made_at", shop.merchant_id
    )
    return [row["key_id"] for row in rows]


async def test_the_secret_that_signs_is_that_of_the_key_that_is_said_to(database: Database) -> None:
    shop = await open_shop(database)
    old, new = await make(shop), await make(shop, 60)
    for minutes, signs in ((0, old), (65, old), (75, new)):
        now = NOON + timedelta(minutes=minutes)
        async with database.for_merchant(shop.merchant_id) as tx:
            secret = await signer_secret(tx, shop.directory.sealer, shop.merchant_id, now)
            said = {key.key_id: key for key in await signing_keys(tx, shop.merchant_id, now)}
        assert secret is not None
        assert jwk_of(public_of(secret)).kid == signs
        assert [key for key, one in said.items() if one.signs] == [signs]
        assert said[new].signs_from == (NOON + timedelta(minutes=70) if signs == old else None)


async def test_the_last_two_withdrawn_at_once_leave_a_new_one(database: Database) -> None:
    shop = await open_shop(database)
    old = [await make(shop), await make(shop, 1)]
    await asyncio.gather(*(withdraw(shop, key) for key in old))
    (left,) = await verifying(shop)
    assert left not in old
    with pytest.raises(NotFoundError):
        await withdraw(shop, old[0])


async def test_first_keys_made_at_once_are_one_and_there_are_never_too_many(database: Database) -> None:
    shop = await open_shop(database)

    async def first() -> None:
        async with database.for_merchant(shop.merchant_id) as tx:
            await make_first_key(tx, shop.directory.sealer, shop.merchant_id, "user 1", NOON)

    await asyncio.gather(*(first() for _ in range(4)))
    assert len(await verifying(shop)) == 1
    outcomes = await asyncio.gather(*(make(shop, n) for n in range(MOST_KEYS + 1)), return_exceptions=True)
    assert sum(isinstance(one, ConflictError) for one in outcomes) == 2
    assert len(await verifying(shop)) == MOST_KEYS
    rows = await shop.rows("select action from audit where merchant_id = $1", shop.merchant_id)
    assert [row["action"] for row in rows] == ["make_signing_key"] * MOST_KEYS
