"""The answers that messages offer → what each of them means; templates name them by slug, languages title them."""

#: Slug → what whoever chooses it tells us. The titles are the layout's words `choice_<slug>`, at most 20 characters.
CHOICES: dict[str, str] = {
    "reschedule": "Bring it on another day.",
    "pickup_point": "Take it to a pick-up point instead.",
    "not_home": "Nobody will be there to take it.",
    "not_received": "It is said to be delivered, and I do not have it.",
    "fix_address": "The address is wrong or incomplete; here is the right one.",
    "confirm_cod": "I will be there with the money.",
    "cannot_pay": "I cannot, or will not, pay at the door.",
    "resend": "Send it again.",
    "refund": "Give me my money back.",
    "cancel": "I do not want it any more.",
    "help": "I want to talk to somebody.",
}
#: Characters of a title. Source: Meta's messaging API v23.0 (reply buttons), Messenger's quick replies, as known on 2026-11-29.
TITLE_LIMIT = 20
#: Answers that one message offers. Source: as above, three reply buttons.
MOST = 3
