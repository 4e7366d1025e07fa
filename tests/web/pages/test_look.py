"""The customer pages as bytes."""


async def test_the_tracking_page_tells_the_status_in_words(client, ours):
    answer = await client.get(f"/t/{ours.parcel_tokens['A1001loom']}")
    assert answer.status_code == 200, answer.text
    assert "Out for delivery today" in answer.text
