"""What a merchant gives for a connection → checked against the plug-in's declared settings."""

import os
import secrets
from collections.abc import Mapping

from doorstep.carriers import carrier_named
from doorstep.carriers.code_table import read_code_table
from doorstep.channels import channel_named
from doorstep.channels.senders import read_senders
from doorstep.channels.web_chat.origins import check_secret, read_origins
from doorstep.conversations.models import limits_of, model_named
from doorstep.domain.models import Model
from doorstep.domain.plugins import Carrier, Channel, Helpdesk, Setting, Shop
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.helpdesks import helpdesk_named
from doorstep.shops import shop_named
from doorstep.store.connections import Connection

#: What a connection is of.
Plugin = Carrier | Shop | Channel | Helpdesk | Model
#: Bytes of chance from which a plug-in makes one setting.
_CHANCE = 64


def plugin_named(kind: str, provider: str) -> Plugin:
    """Find a plug-in by kind ("carrier", "shop", "channel", "helpdesk", "model") and slug.

    Raises:
        BadInputError: there is no such kind.
        NotFoundError: there is no such plug-in; the text lists those there are.
    """
    match kind:
        case "carrier":
            return carrier_named(provider)
        case "shop":
            return shop_named(provider)
        case "channel":
            return channel_named(provider)
        case "helpdesk":
            return helpdesk_named(provider)
        case "model":
            return model_named(provider)
    raise BadInputError(f"a connection is a carrier, a shop, a channel, a helpdesk or a model, not {kind!r}")


def secret_names(plugin: Plugin) -> frozenset[str]:
    """Name the settings that are sealed at rest and never shown again."""
    return frozenset(setting.name for setting in plugin.settings if setting.secret)


def checked(plugin: Plugin, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings to be kept: what was given, trimmed, and of the rest the defaults and what we make ourselves.

    Raises:
        BadInputError: one is unknown, a required one is missing, or one cannot be read; the text names all of them.
    """
    known = {setting.name: setting for setting in plugin.settings}
    filled = {name: value.strip() for name, value in given.items() if value.strip()}
    problems = [f"there is no setting {name!r}" for name in given if name not in known]
    problems += [_missing(s) for s in plugin.settings if s.required and s.default is None and s.made is None and s.name not in filled]
    if problems:
        names = ", ".join(_described(setting) for setting in plugin.settings) or "none"
        raise BadInputError(f"{plugin.slug}: {'; '.join(problems)}. Its settings: {names}")
    try:
        read_code_table(filled.get("code_table", ""))
        read_senders(filled.get("senders", ""))
        read_origins(filled.get("allowed_origins", ""))
        check_secret(filled.get("customer_secret", ""))
    except MisconfiguredError as error:
        raise BadInputError(str(error)) from error
    if isinstance(plugin, Model):
        limits_of(filled)
    made = {s.name: s.made(os.urandom(_CHANCE)) for s in plugin.settings if s.made is not None and s.name not in filled}
    return {s.name: s.default for s in plugin.settings if s.default is not None} | made | filled


def _missing(setting: Setting) -> str:
    example = f", for example {setting.name}={setting.example}" if setting.example and not setting.secret else ""
    return f"{setting.name} ({setting.label}) is missing{example}"


def _described(setting: Setting) -> str:
    return setting.name + ("" if setting.required and setting.default is None and setting.made is None else " (optional)")


def new_connection(merchant_id: int, kind: str, provider: str, name: str, settings: Mapping[str, str]) -> Connection:
    """Make a connection with an unguessable hook address, not saved yet."""
    return Connection(
        merchant_id=merchant_id,
        connection_id=0,
        kind=kind,
        provider=provider,
        name=name,
        hook_token=secrets.token_urlsafe(24),
        settings=settings,
        active=True,
        paused_why=None,
    )
