"""A webhook of Messenger, several events of several pages at once → receipts, replies, news of templates, what is wrong with the page.

That something was delivered comes with the messages' ids, or with a mark of time alone; that it was read comes with a mark of time alone.
We keep no list by which a mark could find its messages, so a mark without ids says nothing here. What another app of the page hears
(`standby`) is left to it.
"""

from collections.abc import Mapping
from typing import Any

from doorstep.channels.graph import document_of, moment, our_id, part, parts, text
from doorstep.channels.graph_templates import news_of
from doorstep.channels.messenger.templates import choice_of
from doorstep.domain.messages import Attachment, Receipt, Reply, TemplateNews
from doorstep.domain.plugins import Inbound, Raw, Settings
from doorstep.domain.reading import redacted
from doorstep.domain.vocabulary import ChannelKind, MessageState

_FILES = {"image": "image/*", "video": "video/*", "audio": "audio/*", "file": "application/octet-stream"}
_LONGEST = 5_000

Event = Mapping[str, Any]


def read(raw: Raw, settings: Settings) -> Inbound:  # noqa: ARG001 - the signature of every channel
    """Read a webhook.

    Raises:
        BadInputError: it is none of a page.
    """
    receipts: list[Receipt] = []
    replies: list[Reply] = []
    templates: list[TemplateNews] = []
    faults: list[tuple[str, bool]] = []
    for entry in document_of(raw, "page"):
        for event in parts(entry, "messaging"):
            receipts += _receipts(event)
            replies += [reply for reply in (_reply(event), _pressed(event), _reacted(event)) if reply is not None]
            faults += _enforced(event)
        for change in parts(entry, "changes"):
            if news := news_of(text(change, "field"), part(change, "value")):
                templates.append(news)
    told = "; ".join(dict.fromkeys(fault for fault, _ in faults))
    stops = any(stop for _, stop in faults)
    return Inbound(receipts=tuple(receipts), replies=tuple(replies), templates=tuple(templates), fault=told, stops=stops)


def _receipts(event: Event) -> list[Receipt]:
    """Read what became of our messages: their echo when they were sent, their delivery, and (where ids are told) their being read."""
    at, found = moment(text(event, "timestamp")), []
    message = part(event, "message")
    if message.get("is_echo") is True and (ours := our_id(text(message, "metadata"))) and text(message, "mid"):
        found.append(Receipt(message_id=ours, provider_id=text(message, "mid"), state=MessageState.SENT, provider_code="echo", at=at))
    for name, state in (("delivery", MessageState.REACHED), ("read", MessageState.READ)):
        told = part(event, name)
        mids = told.get("mids")
        found += [
            Receipt(message_id=None, provider_id=mid, state=state, provider_code=name, at=moment(text(told, "watermark")) or at)
            for mid in (mids if isinstance(mids, list) else [])
            if isinstance(mid, str) and mid
        ]
    return found


def _reply(event: Event) -> Reply | None:
    """Read a message; None for an echo of the page's own, one that was deleted, and what is no message."""
    message = part(event, "message")
    if not message or message.get("is_echo") is True or message.get("is_deleted") is True or not text(message, "mid"):
        return None
    attachments = tuple(made for one in parts(message, "attachments") if (made := _attachment(one)) is not None)
    answers = text(part(message, "reply_to"), "mid")
    return _said(
        event,
        text(message, "mid"),
        said=text(message, "text"),
        choice=text(part(message, "quick_reply"), "payload"),
        answers=(answers,) if answers else (),
        attachments=attachments,
    )


def _pressed(event: Event) -> Reply | None:
    """Read a press on a button; one of the page's menu or its greeting is one as well."""
    postback = part(event, "postback")
    if not postback:
        return None
    # Postbacks had no id of their own at first; the page, the person and the moment name one.
    fallback = f"postback {text(part(event, 'sender'), 'id')} {text(event, 'timestamp')}"
    return _said(event, text(postback, "mid") or fallback, said=text(postback, "title"), choice=choice_of(text(postback, "payload")))


def _reacted(event: Event) -> Reply | None:
    reaction = part(event, "reaction")
    if text(reaction, "action") != "react" or not text(reaction, "mid"):
        return None
    stamp = text(event, "timestamp")
    said = text(reaction, "emoji") or text(reaction, "reaction")
    return _said(event, f"reaction {text(reaction, 'mid')} {stamp}", said=said, answers=(text(reaction, "mid"),))


def _said(
    event: Event,
    provider_id: str,
    *,
    said: str,
    choice: str = "",
    answers: tuple[str, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Reply | None:
    sender = text(part(event, "sender"), "id")
    if not sender:
        return None
    return Reply(
        channel=ChannelKind.MESSENGER,
        sender=sender,
        to=text(part(event, "recipient"), "id"),
        text=said[:_LONGEST],
        provider_id=provider_id,
        at=moment(text(event, "timestamp")),
        choice=choice[:1_000],
        answers=answers,
        attachments=attachments,
    )


def _attachment(one: Mapping[str, Any]) -> Attachment | None:
    """Read a file; None for what is none (a location, a share, a template of the page's own)."""
    kind, url = text(one, "type"), text(part(one, "payload"), "url")
    if kind not in _FILES or not url:
        return None
    return Attachment(name=kind, content_type=_FILES[kind], url=url)


def _enforced(event: Event) -> list[tuple[str, bool]]:
    """Read that Meta has warned or blocked the page, or lets it in again."""
    enforced = part(event, "policy_enforcement") or part(event, "policy-enforcement")
    why = redacted(text(enforced, "reason"), 150)
    match text(enforced, "action"):
        case "block":
            return [(f"Meta has blocked the page's messages: {why}" if why else "Meta has blocked the page's messages", True)]
        case "warning":
            return [(f"Meta warns the page for its messages: {why}" if why else "Meta warns the page for its messages", False)]
    return []
