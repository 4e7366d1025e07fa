"""A form's texts + the order → what the customer has chosen so far; and that → the action it asks for. Nothing is kept: the form carries it all."""

from collections.abc import Iterator

import msgspec

from doorstep.domain.actions.arguments import OpenClaim, OpenExchange, OpenReturn, Swap, Units
from doorstep.domain.actions.kinds import ClaimKind, Remedy
from doorstep.domain.actions.known import KnownOrder
from doorstep.steps.photos import MOST_PHOTOS
from doorstep.web.look.asking import is_token
from doorstep.web.track.portal.reading import Form

_CONDITIONS = ("unopened", "opened", "used", "damaged")
_STEPS = ("looked_around", "asked_household", "asked_neighbours", "asked_carrier")
#: A name and a value of a hidden field.
Field = tuple[str, str]


_REMEDIES = {"keep": Remedy.REFUND, **{one.value: one for one in (Remedy.REFUND, Remedy.STORE_CREDIT, Remedy.EXCHANGE)}}


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Units of one line, and what was said of them."""

    line_id: str
    quantity: int
    reason: str = ""
    condition: str = ""
    comment: str = ""
    #: The variant that is to come instead; "" none chosen.
    variant_id: str = ""


class ReturnDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A return or an exchange as far as it is filled in."""

    units: tuple[Chosen, ...] = ()
    #: "" not chosen yet.
    remedy: Remedy | None = None
    way: str = ""
    photos: tuple[str, ...] = ()
    #: Name of the retention offer that was shown; "" none was.
    offer: str = ""
    #: The goods stay, for the part of the money that the offer names.
    keeps: bool = False

    def fields(self) -> Iterator[Field]:
        """All of it, as hidden fields."""
        for one in self.units:
            yield f"q.{one.line_id}", str(one.quantity)
            yield from ((f"{mark}.{one.line_id}", text) for mark, text in _texts(one) if text)
        yield from (("photo", one) for one in self.photos)
        remedy = "keep" if self.keeps else self.remedy or ""
        yield from ((name, text) for name, text in (("remedy", remedy), ("way", self.way), ("offer", self.offer)) if text)

    def action(self, order: str, *, gift: bool, remedy: Remedy | None = None, offer: str = "") -> OpenReturn | OpenExchange:
        """What it asks for, with another remedy where one is given; `offer`: the one that is taken."""
        wanted = remedy or self.remedy or Remedy.REFUND
        if wanted is Remedy.EXCHANGE:
            swaps = tuple(
                Swap(line_id=one.line_id, quantity=one.quantity, variant_id=one.variant_id, reason=one.reason, comment=one.comment)
                for one in self.units
            )
            return OpenExchange(order=order, swaps=swaps, way=self.way, gift=gift, photos=self.photos)
        units = tuple(
            Units(line_id=one.line_id, quantity=one.quantity, reason=one.reason, comment=one.comment, condition=one.condition)
            for one in self.units
        )
        return OpenReturn(order=order, units=units, remedy=wanted, way=self.way, gift=gift, photos=self.photos, offer=offer)


def _texts(one: Chosen) -> tuple[Field, ...]:
    return ("r", one.reason), ("c", one.condition), ("n", one.comment), ("v", one.variant_id)


def return_draft(form: Form, order: KnownOrder) -> ReturnDraft:
    """Read what was chosen so far; what is no choice at all is left out, what is a wrong one stays for the guards to refuse."""
    units = tuple(
        Chosen(
            line_id=line.line_id,
            quantity=quantity,
            reason=form.one(f"r.{line.line_id}", 80),
            condition=known(form.one(f"c.{line.line_id}"), _CONDITIONS),
            comment=form.lines(f"n.{line.line_id}"),
            variant_id=form.one(f"v.{line.line_id}"),
        )
        for line in order.lines
        if (quantity := form.number(f"q.{line.line_id}")) > 0
    )
    remedy = form.one("remedy")
    return ReturnDraft(
        units=units,
        remedy=_REMEDIES.get(remedy),
        keeps=remedy == "keep",
        way=form.one("way", 20),
        photos=photos_of(form),
        offer=form.one("offer", 80),
    )


def photos_of(form: Form) -> tuple[str, ...]:
    """Photos that were handed in before, without those that are to go and what can be none."""
    away = set(form.all("photo_away"))
    return tuple(one for one in form.all("photo") if one not in away and is_token(one))[:MOST_PHOTOS]


class ClaimDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as far as it is filled in."""

    kind: ClaimKind | None = None
    units: tuple[Chosen, ...] = ()
    shipment: str = ""
    comment: str = ""
    wish: Remedy | None = None
    done: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()

    def fields(self) -> Iterator[Field]:
        """All of it, as hidden fields."""
        yield from ((f"q.{one.line_id}", str(one.quantity)) for one in self.units)
        yield from (("photo", one) for one in self.photos)
        yield from (("done", one) for one in self.done)
        told = (("kind", self.kind or ""), ("shipment", self.shipment), ("comment", self.comment), ("wish", self.wish or ""))
        yield from ((name, text) for name, text in told if text)

    def action(self, order: str) -> OpenClaim:
        """What it asks for."""
        return OpenClaim(
            order=order,
            claim=self.kind or ClaimKind.DAMAGED,
            units=tuple(Units(line_id=one.line_id, quantity=one.quantity) for one in self.units),
            shipment=self.shipment,
            wish=self.wish,
            comment=self.comment,
            photos=self.photos,
            done=self.done,
        )


def claim_draft(form: Form, order: KnownOrder) -> ClaimDraft:
    """Read what was chosen so far."""
    kind, wish = form.one("kind"), form.one("wish")
    return ClaimDraft(
        kind=ClaimKind(kind) if kind in set(ClaimKind) else None,
        units=tuple(
            Chosen(line_id=line.line_id, quantity=quantity) for line in order.lines if (quantity := form.number(f"q.{line.line_id}")) > 0
        ),
        shipment=form.one("shipment", 80),
        comment=form.lines("comment"),
        wish=Remedy(wish) if wish in set(Remedy) else None,
        done=tuple(one for one in form.all("done") if one in _STEPS),
        photos=photos_of(form),
    )


def known(text: str, words: tuple[str, ...]) -> str:
    """Let a closed word through, and nothing else."""
    return text if text in words else ""
