"""Who asks for an action, how sure that is, and by what way."""

import msgspec

from doorstep.domain.actions.kinds import Assurance
from doorstep.domain.actions.known import KnownOrder


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks: one customer, and nobody else for as long as the talk lasts."""

    assurance: Assurance = Assurance.NONE
    #: The shop's id of the customer; "" unknown.
    customer: str = ""
    #: Lower case; shown to be theirs. "" none.
    email: str = ""
    #: E.164; shown to be theirs. "" none.
    phone: str = ""
    #: Our ids of the orders that were reached by a link of their own.
    orders: tuple[int, ...] = ()
    #: "page", "chat", "sms", "api", "model", "mcp", ...; for the records.
    channel: str = "page"
    #: For the records: "customer", "user 12", "key 3".
    actor: str = "customer"
    #: Works for the shop, or is its own program: every order of the merchant is theirs to act on.
    staff: bool = False
    #: Why the policy's limits do not count this once; "": they do. Of staff only; what is, was bought and was paid still counts.
    override: str = ""

    @property
    def key(self) -> str:
        """Tells askers apart: a yes counts from whom it was prepared for.

        Orders reached by a link name only who has no other name: in a talk each reply is bound to another message's order.
        """
        by_link = "" if self.customer or self.email or self.phone else ",".join(map(str, sorted(self.orders)))
        parts = (self.actor, self.customer, self.email, self.phone, by_link)
        return "|".join((*parts, self.override) if self.override else parts)

    def owns(self, order: KnownOrder) -> bool:
        """Whether an order is theirs to ask about."""
        return (
            self.staff
            or order.order_id in self.orders
            or bool(self.customer and self.customer == order.customer)
            or bool(self.email and self.email == order.email.casefold())
            or bool(self.phone and self.phone == order.phone)
        )
