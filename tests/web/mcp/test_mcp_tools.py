"""A customer's assistant, by the official SDK's client over HTTP: what it may see, and what it is told."""

from mcp_shops import assistant, told, token_for


async def test_an_assistant_reads_its_customers_order(house, ours):
    async with assistant("loom", await token_for(house, ours)) as client:
        names = {one.name for one in (await client.list_tools()).tools}
        found = await told(client, "read_order", order="loom-2")
    assert {"read_order", "prepare_cancel_order", "commit"} <= names
    assert found["number"] == "#loom-2"
    assert found["state"] == "delivered"


async def test_the_link_of_an_order_reads_that_order(ours):
    async with assistant(f"loom/o/{ours.tokens['#loom-1']}") as client:
        found = await told(client, "read_order", order="#loom-1")
    assert found["lines"][0]["name"] == "Trail shoes"
