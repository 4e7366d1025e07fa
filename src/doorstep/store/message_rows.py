"""A row of the table of messages → the message."""

from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.store.database import Row
from doorstep.store.extras import extras_of
from doorstep.store.frames import Frame, frame_in, unpacked

# What a message is read from, but for its frame.
COLUMNS = """m.merchant_id, m.message_id, m.month, m.created_at, m.channel, m.recipient, m.recipient_name, m.locale, m.purpose, m.topic,
    m.subject, m.text, m.html, m.frame_id, m.body, m.reply_to, m.unsubscribe_url, m.extras"""

# The frame of the message at hand.
TEXTS = "(select texts from message_frame f where f.merchant_id = m.merchant_id and f.frame_id = m.frame_id) as texts"

#: Template of the messages that bring a code by which somebody proves who they are.
CODE_TEMPLATE = "one_time_code"
# A message's text for whoever looks at messages: who works for the shop could else ask for a customer's code and read it here.
HUSHED = f"(case when template = '{CODE_TEMPLATE}' then regexp_replace(text, '[0-9]{{6}}', '••••••', 'g') else text end)"


def message_of(row: Row) -> Message:
    """Read a row of `message` with its frame's `texts`."""
    return read_message(row, None if row["texts"] is None else frame_in(row["texts"]))


def read_message(row: Row, frame: Frame | None) -> Message:
    """Read `COLUMNS` of a row of `message`; `frame`: its frame, None where it has none."""
    extras = extras_of(row["extras"])
    return Message(
        message_id=str(row["message_id"]),
        merchant_id=row["merchant_id"],
        channel=ChannelKind(row["channel"]),
        to=row["recipient"],
        to_name=row["recipient_name"],
        content=Rendered(
            subject=row["subject"],
            text=row["text"],
            html=unpacked(row["html"], frame),
            choices=extras.choices,
            link=extras.link,
            approved=extras.approved,
        ),
        locale=row["locale"],
        purpose=Purpose(row["purpose"]),
        topic=row["topic"],
        created_at=row["created_at"],
        reply_to=row["reply_to"],
        unsubscribe_url=row["unsubscribe_url"],
        body=row["body"],
        window_until=extras.window_until,
        in_reply_to=extras.in_reply_to,
        devices=extras.devices,
        by_hand=extras.by_hand,
    )
