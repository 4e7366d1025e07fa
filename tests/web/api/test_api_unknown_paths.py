"""Unknown addresses below /api: always a problem, never a page."""

import pytest

PATHS = [
    "/api",
    "/api/",
    "/api/v1",
    "/api/v2/orders",
    "/api/v1/nothing",
    "/api/v1/orders/1/nothing",
    "/api/v1/docs/nothing",
    "/api/v1/docs/nothing.json",
    "/api/v1/docs/a/b/c",
    "/api/v1/docs/%3Cscript%3E",
    "/api/v1/openapi.yaml",
]


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml", "application/json"])
@pytest.mark.parametrize("path", PATHS)
async def test_an_unknown_address_is_answered_with_a_problem_whatever_the_client_likes(installation, path, accept):
    answer = await installation.client.get(path, headers={"accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 404
    assert "<" not in answer.text


async def test_posting_to_an_unknown_address_or_by_the_wrong_method_is_a_problem_too(installation):
    for path in ("/api/v1/nothing", "/api/v1/docs", "/api/v1/docs/nothing", "/api/v1/openapi.json"):
        answer = await installation.client.post(path, json={})
        assert answer.status_code in {404, 405}, path
        assert answer.headers["content-type"].startswith("application/problem+json"), path


async def test_the_reference_and_the_document_are_still_there(installation):
    page = await installation.client.get("/api/v1/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert (await installation.client.get("/api/v1/docs/openapi.json")).json()["openapi"].startswith("3.1")
    assert (await installation.client.get("/api/v1/openapi.json")).status_code == 200
