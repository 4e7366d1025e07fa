"""What could be answered better: each week's groups of turns that went badly, with a change that is accepted or dismissed with a click."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.talking.intents import MEANINGS
from doorstep.domain.talking.learning import ChangeKind, Kind
from doorstep.steps import learning as learn
from doorstep.steps.work import utc_now
from doorstep.store import learning
from doorstep.web.desk import roles
from doorstep.web.desk.doors import desk_page, id_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

#: Proposals that wait, and decided ones, of the page.
_MOST_OPEN, _MOST_DECIDED = 60, 40
_ABOUT = {
    Kind.CORRECTED: "Not understood, then chosen",
    Kind.UNANSWERED: "Without an answer",
    Kind.REPEATED: "Asked again within a week",
    Kind.ESCALATED: "Taken over by a human",
    Kind.LOW_RATED: "Rated 1 or 2",
    Kind.REFUSED: "Refused often",
}
_DONE = {
    "phrases": "Kept for the next training. Nothing changes for customers before a trained version is put live.",
    "noted": "Noted. It is measured a week from now.",
    "dismissed": "Dismissed. It is not proposed again.",
    "looked": "Last week was looked at anew.",
}


@get("/learning", include_in_schema=False)
async def list_proposals(request: AnyRequest) -> Response[str]:
    """Show what is proposed, and what became of what was accepted."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        waiting = await learning.listed(tx, merchant_id, ["proposed"], _MOST_OPEN)
        decided = await learning.listed(tx, merchant_id, ["accepted", "measured"], _MOST_DECIDED)
    values: dict[str, Any] = {
        "groups": [(kind, title, of_kind) for kind, title in _ABOUT.items() if (of_kind := [one for one in waiting if one.kind == kind])],
        "waiting": waiting,
        "decided": decided,
        "about": _ABOUT,
        "meanings": MEANINGS,
        "done": _DONE.get(request.query_params.get("done", ""), ""),
        "week": learn.monday_before(utc_now()),
        "trains": roles.may_change(user_of(request).role, "/desk/understanding"),
    }
    return desk_page(request, "learning.html", **values)


@post("/learning", status_code=HTTP_200_OK, include_in_schema=False)
async def look_again(request: AnyRequest) -> Response[Any]:
    """Look at the last whole week now, or anew."""
    now = utc_now()
    await learn.learn_week(house_of(request).database, user_of(request).merchant_id, learn.monday_before(now), now)
    return Redirect("/desk/learning?done=looked", status_code=303)


@post("/learning/{proposal_id:int}/accept", status_code=HTTP_200_OK, include_in_schema=False)
async def accept_proposal(request: AnyRequest, proposal_id: FromPath[int]) -> Response[Any]:
    """Accept a proposal: phrases are kept, an article is opened to be written, everything else is noted to be measured."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        one = await learn.accept(tx, user.merchant_id, id_of(proposal_id), f"user {user.user_id}", utc_now())
    if one.change.kind is ChangeKind.KNOWLEDGE:
        return Redirect(f"/desk/knowledge/new?proposes={one.proposal_id}", status_code=303)
    return Redirect(f"/desk/learning?done={'phrases' if one.change.kind is ChangeKind.PHRASES else 'noted'}", status_code=303)


@post("/learning/{proposal_id:int}/dismiss", status_code=HTTP_200_OK, include_in_schema=False)
async def dismiss_proposal(request: AnyRequest, proposal_id: FromPath[int]) -> Response[Any]:
    """Dismiss a proposal."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await learn.dismiss(tx, user.merchant_id, id_of(proposal_id), f"user {user.user_id}", utc_now())
    return Redirect("/desk/learning?done=dismissed", status_code=303)
