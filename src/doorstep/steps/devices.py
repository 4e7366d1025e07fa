"""Messages for devices → where those are; devices that a provider calls gone → forgotten. One row here for each kind that has devices."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from doorstep.domain.messages import Device, Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.store import push, wallet
from doorstep.store.database import Tx
from doorstep.store.messages import Leased


class Holders(msgspec.Struct, frozen=True):
    """Who keeps the devices of one kind of channel."""

    #: Leased messages of the kind → message id → the devices each is for.
    devices: Callable[[Tx, Sequence[Leased]], Awaitable[dict[str, tuple[Device, ...]]]]
    #: Merchant id, endpoints that are no more.
    forget: Callable[[Tx, int, Sequence[str]], Awaitable[None]]


_HOLDERS = {ChannelKind.WALLET: Holders(wallet.devices, wallet.forget), ChannelKind.PUSH: Holders(push.still, push.forget)}


async def with_devices(tx: Tx, leased: Sequence[Leased]) -> list[Leased]:
    """Give messages for devices the devices they are for, as they are now; others are left as they are."""
    found: dict[str, tuple[Device, ...]] = {}
    for kind, holders in _HOLDERS.items():
        if own := [one for one in leased if one.message.channel is kind]:
            found |= await holders.devices(tx, own)
    return [_given(one, found) for one in leased] if found else list(leased)


def _given(leased: Leased, found: dict[str, tuple[Device, ...]]) -> Leased:
    devices = found.get(leased.message.message_id)
    if devices is None:
        return leased
    return msgspec.structs.replace(leased, message=msgspec.structs.replace(leased.message, devices=devices))


async def forget_gone(tx: Tx, kind: ChannelKind, merchant_id: int, endpoints: Sequence[str]) -> None:
    """Forget devices of which a receipt says that they are no more."""
    if endpoints and kind in _HOLDERS:
        await _HOLDERS[kind].forget(tx, merchant_id, endpoints)


async def note_answers(tx: Tx, ended: Sequence[tuple[Leased, Receipt | None]], now: datetime) -> None:
    """Note of the browsers of messages that their services took one, or (no receipt) that none of them did this time."""
    own = [one for one in ended if one[0].message.channel is ChannelKind.PUSH and one[0].message.devices]
    for leased, receipt in sorted(own, key=_place):  # in one order: two workers would wait for each other otherwise
        message = leased.message
        if receipt is None:
            await push.failed(tx, message.merchant_id, [device.endpoint for device in message.devices])
        elif receipt.state is MessageState.SENT:
            await push.told(tx, message.merchant_id, [d.endpoint for d in message.devices if d.endpoint not in receipt.gone], now)


def _place(ended: tuple[Leased, Receipt | None]) -> tuple[int, str]:
    return ended[0].message.merchant_id, ended[0].message.to
