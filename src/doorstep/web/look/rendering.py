"""Template + values → an HTML answer that no script, frame or search engine can misuse."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from litestar import Response

from doorstep.domain.pitfalls import heard_instead
from doorstep.steps.pausing import told_text
from doorstep.web.look.saying import carrier_name, channel_name, identity_name, outcome_text, plain, sentence, tone
from doorstep.web.look.serving import asset_url

#: Customers' pages: pictures from anywhere on the web, everything else ours.
CUSTOMER_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: http:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The desk: one frame may be shown, our own view of a message.
DESK_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The template editor: its mail stands in a frame of no origin whose text is in the page itself (it was never saved, so it has no address),
#: and such a frame has the page's own policy: for it inline styles are let through. Scripts are not, and it is sandboxed beside.
EDITOR_CSP = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self' https: http: data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The desk's pages whose script asks us: where the chat for shops' pages is tried, and where somebody answers in it.
ASKING_CSP = f"{DESK_CSP}; connect-src 'self'"
#: A rendered message inside the desk: its own inline styles and pictures, no script, no origin.
MESSAGE_CSP = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


@cache
def environment() -> Environment:
    """The templates, escaping everything; a name that is not there is an error, never a blank."""
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = asset_url
    made.filters |= {"carrier": carrier_name, "plain": plain, "outcome": outcome_text, "tone": tone}
    made.filters |= {
        "channel": channel_name,
        "identity": identity_name,
        "sentence": sentence,
        "told": told_text,
        "heard_instead": heard_instead,
    }
    return made


def render(template: str, **values: object) -> str:
    """Fill a template in."""
    return environment().get_template(template).render(**values)


def page(template: str, *, status: int = 200, csp: str = CUSTOMER_CSP, referrer: str = "no-referrer", **values: object) -> Response[str]:
    """Answer with a page."""
    return html(render(template, **values), status=status, csp=csp, referrer=referrer)


def html(content: str, *, status: int = 200, csp: str = CUSTOMER_CSP, referrer: str = "no-referrer") -> Response[str]:
    """Answer with HTML that is there already."""
    headers = {**_ALWAYS, "content-security-policy": csp, "referrer-policy": referrer}
    return Response(content, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
