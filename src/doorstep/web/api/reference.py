"""The OpenAPI document → one plain HTML page that loads nothing from anywhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

import msgspec

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b18;background:#fff}
h2{margin-top:2.5rem;border-top:1px solid #ddd;padding-top:1rem}code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{background:#f4f4f1;padding:.8rem;overflow:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #eee}.m{color:#1f5f4a;font-weight:700}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def reference_page(document: dict[str, Any]) -> str:
    """Write the page."""
    return "\n".join(_page(document))


def _page(document: dict[str, Any]) -> Iterator[str]:
    about = document["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f'<meta name="viewport" content="width=device-width"><title>{escape(about["title"])}</title><style>{_STYLE}</style></head><body>'
    yield f"<h1>{escape(about['title'])} <small>{escape(about['version'])}</small></h1>"
    yield "".join(f"<p>{_marked(paragraph)}</p>" for paragraph in about["description"].strip().split("\n\n"))
    yield '<p>The same as a document for programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield from _operation(method, path, operation)
    yield "<h2>Objects</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _object(name, schema)
    yield "</body></html>"


def _marked(text: str) -> str:
    """Write **bold** and `code`, and nothing else, as HTML."""
    parts = escape(text).split("`")
    text = "".join(f"<code>{part}</code>" if position % 2 else part for position, part in enumerate(parts))
    parts = text.split("**")
    return "".join(f"<b>{part}</b>" if position % 2 else part for position, part in enumerate(parts))


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    name = operation["operationId"]
    yield f'<h2 id="{escape(name)}"><span class="m">{escape(method.upper())}</span> <code>{escape(path)}</code></h2>'
    yield f"<p>{_marked(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        rows = "".join(
            f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}{'' if one.get('required') else ', optional'}</td>"
            f"<td>{_marked(one.get('description') or '')}</td></tr>"
            for one in parameters
        )
        yield f"<table>{rows}</table>"
    if body := operation.get("requestBody"):
        sent = body["content"]["application/json"]
        yield f"<p>Body: {_kind(sent['schema'])}</p><pre>{_example(sent.get('example'))}</pre>"
    yield "<table>"
    for status, response in sorted(operation["responses"].items()):
        content: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
        shown = f"<pre>{_example(content['example'])}</pre>" if "example" in content else ""
        what = _kind(content["schema"]) if status.startswith("2") and "schema" in content else _marked(response["description"])
        yield f"<tr><td><b>{escape(status)}</b></td><td>{what}{shown}</td></tr>"
    yield "</table>"


def _object(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{_marked(schema.get("description") or "")}</p>'
    if "enum" in schema:
        yield f"<p>{', '.join(f'<code>{escape(str(one))}</code>' for one in schema['enum'])}</p>"
    required = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_kind(inner)}{', required' if field in required else ''}</td>"
        f"<td>{_marked(inner.get('description') or '')}</td></tr>"
        for field, inner in schema.get("properties", {}).items()
    )
    yield f"<table>{rows}</table>" if rows else ""


def _kind(schema: dict[str, Any]) -> str:
    """Say in a few words what a schema takes."""
    if ref := schema.get("$ref"):
        name = escape(str(ref).rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(one) for one in schema[several]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    names = kind if isinstance(kind, list) else [kind]
    return escape(" or ".join(names) + (f" ({schema['format']})" if "format" in schema else ""))


def _example(value: Any) -> str:
    return escape(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
