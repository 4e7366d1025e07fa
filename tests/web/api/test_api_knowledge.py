"""What the shop says of itself, over the API: brought in, listed, tried, taken away."""

FAQ = "# Delivery\n\nWe deliver within three days.\n\n# Returns\n\nYou may send things back within 30 days.\n"


async def test_a_document_is_brought_in_tried_and_taken_away(installation):
    sent = {
        "key": "faq",
        "content": FAQ,
        "language": "en",
        "url": "https://shop.example/faq",
        "title": "Questions",
        "valid_until": "2099-12-31",
    }
    brought = (await installation.post("/knowledge/articles", sent)).json()
    assert brought == {"added": 1, "changed": 0, "unchanged": 0, "removed": 0, "passages": 2}
    assert (await installation.post("/knowledge/articles", sent)).json()["unchanged"] == 1
    [article] = (await installation.get("/knowledge/articles")).json()["articles"]
    assert (article["title"], article["origin"], article["valid_until"]) == ("Questions", "api:faq", "2099-12-31")
    assert (await installation.get(f"/knowledge/articles/{article['id']}")).json()["body"] == FAQ
    asked = (await installation.post("/knowledge/ask", {"question": "¿Cuánto tarda el envío?", "language": "es"})).json()
    assert asked["quote"]["text"] == "We deliver within three days."
    assert asked["quote"]["url"] == "https://shop.example/faq"
    assert asked["passages"][0]["heading"] == "Delivery"
    missed = (await installation.post("/knowledge/ask", {"question": "do you sell crocodiles"})).json()
    assert (missed["quote"], missed["why_none"]) == (None, "not_near")
    gone = await installation.client.delete(f"/api/v1/knowledge/articles/{article['id']}", headers=installation.entering())
    assert gone.status_code == 204
    assert (await installation.get(f"/knowledge/articles/{article['id']}")).status_code == 404
    assert (await installation.post("/knowledge/ask", {"question": "do you deliver?"})).json()["why_none"] == "empty"


async def test_a_list_goes_on_page_by_page_and_finds_words(installation):
    rows = "\n".join(f"Question {n}?,Answer {n}" for n in range(5))
    await installation.post("/knowledge/articles", {"key": "faq", "content": f"question,answer\n{rows}", "format": "csv"})
    titles, cursor = [], None
    while True:
        page = (await installation.get("/knowledge/articles", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        titles += [one["title"] for one in page["articles"]]
        if (cursor := page["next"]) is None:
            break
    assert titles == [f"Question {n}?" for n in range(5)]
    found = (await installation.get("/knowledge/articles", words="answer 3")).json()["articles"]
    assert [one["title"] for one in found] == ["Question 3?"]
    assert (await installation.get("/knowledge/articles", words="100%")).json()["articles"] == []


async def test_what_cannot_be_read_is_refused_with_the_reason(installation):
    wrong = await installation.post("/knowledge/articles", {"key": "faq", "content": "q,a\n1,2", "format": "csv"})
    assert wrong.status_code == 400
    assert "the first line names the columns" in wrong.json()["detail"]
    wrong = await installation.post("/knowledge/articles", {"key": "faq", "content": "question,answer\n1,2", "format": "csv", "title": "x"})
    assert "not for csv" in wrong.json()["detail"]
    wrong = await installation.post("/knowledge/articles", {"key": "faq", "content": "Hello", "url": "javascript:alert(1)"})
    assert "begins with https://" in wrong.json()["detail"]
    assert (await installation.get("/knowledge/articles", cursor="eHg")).status_code == 400
