"""API v1: requests with a key → a merchant's data written and read, fenced by row-level security."""

from typing import Any

from litestar import Router

from doorstep.web.api import (
    acting,
    app,
    codes,
    deciding,
    errands,
    estimator,
    handovers,
    identifying,
    knowing,
    letters,
    me,
    performing,
    pitfalls,
    policies,
    promising,
    reading,
    recipients,
    returned,
    sending,
    signing_keys,
    talk_insights,
    talking,
    webhooks,
)
from doorstep.web.api.app_entering import may_use_app
from doorstep.web.api.document import OPENAPI, openapi_document
from doorstep.web.api.entering import may_enter

__all__ = ("OPENAPI", "ROUTES")

#: Bytes of a body at most, unless the route takes rows.
_MOST_BYTES = 200_000
#: The same out of the brand's app.
_MOST_APP_BYTES = 20_000

_ALL = [
    *sending.ROUTES,
    *reading.ROUTES,
    *pitfalls.ROUTES,
    *acting.ROUTES,
    *deciding.ROUTES,
    *policies.ROUTES,
    *talking.ROUTES,
    *errands.ROUTES,
    *handovers.ROUTES,
    *identifying.ROUTES,
    *knowing.ROUTES,
    *promising.ROUTES,
    *codes.ROUTES,
    *letters.ROUTES,
    *recipients.ROUTES,
    *webhooks.ROUTES,
    *performing.ROUTES,
    *returned.ROUTES,
    *talk_insights.ROUTES,
    *estimator.ROUTES,
    *signing_keys.ROUTES,
    *me.ROUTES,
]

ROUTES: list[Any] = [
    Router("/api/v1", route_handlers=_ALL, guards=[may_enter], request_max_body_size=_MOST_BYTES),
    Router("/api/v1/app", route_handlers=app.ROUTES, guards=[may_use_app], request_max_body_size=_MOST_APP_BYTES),
    openapi_document,
]
