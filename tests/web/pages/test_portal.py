"""The portal as answers: what a customer can ask for by it, what they are told, and what strangers get."""

from portal_shop import cases_of, fields_of, sold

from doorstep.domain.actions.kinds import CaseKind, CaseState, Remedy
from doorstep.domain.money import Money


async def step(client, one, path, page, **more):
    return await client.post(f"{one.at}{path}", data=fields_of(page) | more)


async def returned(client, one, *, reason="taste.colour", line="10", remedy="refund", **more):
    """A whole return, until its case's page."""
    page = (await client.get(f"{one.at}/return")).text
    page = (await step(client, one, "/return", page, **{f"q.{line}": "1"})).text
    page = (await step(client, one, "/return", page, **{f"r.{line}": reason})).text
    page = (await step(client, one, "/return", page, remedy=remedy, way="label", **more)).text
    assert "Is this right?" in page, page
    return page, await step(client, one, "/return", page)


async def test_an_order_that_arrived_says_what_can_be_done_with_it(client, house):
    one = await sold(house)
    page = (await client.get(one.at)).text
    assert f'href="{one.at}/return"' in page
    assert f'href="{one.at}/claim"' in page
    assert f'href="{one.at}/delivery"' not in page


async def test_a_whole_return_ends_at_its_case(client, house):
    one = await sold(house)
    page, done = await returned(client, one)
    assert "€89.00" in page
    assert done.status_code == 303
    [case] = await cases_of(house, one)
    assert (case.kind, case.state, case.remedy, case.refund) == (CaseKind.RETURN, CaseState.APPROVED, Remedy.REFUND, Money(8900, "EUR"))
    shown = (await client.get(done.headers["location"])).text
    assert case.rma in shown
    assert "Approved" in shown
    assert case.rma in (await client.get(one.at)).text
