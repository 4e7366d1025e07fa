"""Requests made up from the document, and from beside it: never a 5xx, and every answer as the document says."""

import asyncio

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_CALM = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_made_up_requests_get_answers_as_documented(installation):
    loop = asyncio.get_running_loop()
    raw = (await installation.client.get("/api/v1/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(raw)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == sum(len(item) for item in raw["paths"].values())
    for operation in operations:
        for mode in schemathesis.GenerationMode:

            @_CALM
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case):
                _ask(installation, loop, case)

            try:
                await asyncio.to_thread(ask)
            except Exception as error:  # nothing can be made up in this mode
                if type(error).__name__ not in {"Unsatisfiable", "SkipTest"}:
                    raise


def _ask(installation, loop, case) -> None:
    import requests

    sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
    sent["headers"] = {**sent["headers"], **installation.entering()}
    prepared = requests.Request(
        **{key: sent[key] for key in ("method", "url", "headers", "params", "json", "data", "cookies") if key in sent}
    ).prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body

    async def call():
        headers = {k: v for k, v in prepared.headers.items() if k.lower() != "content-length"}
        return await installation.client.request(prepared.method, prepared.url, content=body, headers=headers)

    answer = asyncio.run_coroutine_threadsafe(call(), loop).result(30)
    response = schemathesis.Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.headers.items()},
        content=answer.content,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )
    case.validate_response(response, checks=_CHECKS)


async def test_any_bytes_to_the_routes_that_take_rows_are_refused_in_words(installation):
    loop = asyncio.get_running_loop()

    async def send(body: bytes):
        for path in ("/orders", "/tracking", "/suppressions"):
            headers = {**installation.entering(), "content-type": "application/json"}
            answer = await installation.client.post(f"/api/v1{path}", content=body, headers=headers)
            assert answer.status_code in {202, 400}, (path, body, answer.text)

    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(body=st.binary(max_size=200) | st.text(max_size=100).map(lambda t: t.encode("utf-8", "surrogatepass")))
    def ask(body):
        asyncio.run_coroutine_threadsafe(send(body), loop).result(30)

    await asyncio.to_thread(ask)
