"""Products as shops tell them → variants with what may be promised of each; what is held for cases stays held."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.domain.plugins import ProductSeen
from doorstep.store import goods
from doorstep.store.database import Tx
from doorstep.store.goods import KeptVariant


async def take_products(tx: Tx, told: Sequence[tuple[int, int, ProductSeen]], now: datetime) -> None:
    """Take in products of (merchant, shop): the newest telling of each counts, and one that is known already changes nothing."""
    if not told:
        return
    newest = {(one[0], one[1], one[2].product_id): one[2] for one in sorted(told, key=lambda one: one[2].told_at or now)}
    await goods.keep_variants(
        tx,
        [
            KeptVariant(merchant_id=merchant, connection_id=shop, variant=variant, told_at=product.told_at or now)
            for (merchant, shop, _), product in newest.items()
            for variant in product.variants
        ],
    )
    await goods.withdraw_others(
        tx, {key: (product.told_at or now, frozenset(one.variant_id for one in product.variants)) for key, product in newest.items()}
    )
