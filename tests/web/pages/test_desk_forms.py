"""The desk's forms: brand, settings, users, suppressions; who may send them, what they refuse, and that a stranger reaches nothing."""

import re

import httpx
import pytest
from desk_clients import csrf_of, entered
from page_shops import BASE, HOSTILE, NOW, PASSWORD, fill

from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import ConflictError, NotFoundError
from doorstep.messages import Library
from doorstep.store import access, connections, desk, recipients

FORMS = ("/desk/brand", "/desk/settings", "/desk/users", "/desk/suppressions", "/desk/suppressions/lift", "/desk/users/password")
_MADE = iter(range(1000))


@pytest.fixture
async def shop(house):
    """A shop of this test's own: these forms change it."""
    return await fill(house.database, house.directory, f"form{next(_MADE)}", "Forms & Co")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def merchant(house, shop):
    async with house.database.system() as tx:
        return (await connections.merchants(tx, [shop.merchant_id]))[shop.merchant_id]


async def changes(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return [(row["action"], row["detail"]) for row in await desk.changes(tx, shop.merchant_id)]


def form_of(text):
    """What a browser would send back of a page's main form, by name."""
    body = re.search(r'<form method="post" action="/desk/(?:brand|settings|connections/\w+)".*?</form>', text, re.DOTALL)[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, inner in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', body, re.DOTALL):
        found[name] = [re.search(r'value="([^"]*)" selected', inner)[1]]
    return {name: [value.replace("&amp;", "&") for value in values] for name, values in found.items()}


async def test_saving_the_brand_as_it_is_changes_nothing(owner, house, shop):
    before = await merchant(house, shop)
    answer = await owner.post("/desk/brand", data=form_of((await owner.get("/desk/brand")).text))
    assert answer.headers["location"] == "/desk/brand?saved=1"
    assert await merchant(house, shop) == before
    assert "change_brand" not in {action for action, _ in await changes(house, shop)}


async def test_a_brand_is_saved_shown_on_the_page_at_once_and_noted(owner, house, shop):
    form = form_of((await owner.get("/desk/brand")).text) | {"name": "New & Old", "colour": "#aa3300", "support_email": "", "radius": "4"}
    assert (await owner.post("/desk/brand", data=form)).status_code == 303
    page = (await owner.get(f"/t/{next(iter(shop.parcel_tokens.values()))}")).text
    assert "New &amp; Old" in page
    assert f"help@{shop.slug}.example" not in page
    css = (await owner.get(re.search(r'href="(/look/brand/[^"]+)"', page)[1])).text
    assert "--brand:#aa3300" in css
    assert "--radius:4px" in css
    assert ("change_brand", "name, colour, radius, support_email") in await changes(house, shop)
    assert "/t/" in (await owner.get("/desk/brand")).text


async def test_the_tone_of_messages_is_saved_used_and_shown_beforehand(owner, house, shop):
    page = (await owner.get("/desk/brand")).text
    assert "arrives today with Sample Post" in page
    assert "Today&#39;s the day!" in page
    assert (await owner.post("/desk/brand", data=form_of(page) | {"tone": "warm"})).status_code == 303
    assert (await merchant(house, shop)).brand["tone"] == "warm"
    assert house.directory.tenant(shop.merchant_id).library is Library.of(tone="warm")
    assert '<option value="warm" selected>' in (await owner.get("/desk/brand")).text
    assert '<option value="warm" selected>' in (await owner.get("/desk/gallery")).text
    await owner.post("/desk/brand", data=form_of((await owner.get("/desk/brand")).text) | {"tone": "plain"})
    assert "tone" not in (await merchant(house, shop)).brand


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Name"),
        ("logo_url", "javascript:alert(1)", "Logo"),
        ("shop_url", "https://", "Shop"),
        ("support_email", "nobody", "E-mail"),
        ("support_phone", "call us", "Telephone"),
        ("default_locale", "ja", "Language"),
        ("default_locale", "en_US!", "Language"),
        ("colour", "red;}", "Brand colour"),
        ("radius", "900", "Round corners"),
        ("radius", "-1", "Round corners"),
        ("font", "Comic Sans", "Typeface"),
        ("tone", "shouting", "Tone"),
    ],
)
async def test_a_brand_that_could_not_be_shown_is_refused_and_says_where(owner, house, shop, field, value, said):
    before = await merchant(house, shop)
    answer = await owner.post("/desk/brand", data=form_of((await owner.get("/desk/brand")).text) | {field: value})
    assert answer.status_code == 422
    assert f'role="alert" id="wrong">{said}' in answer.text
    assert await merchant(house, shop) == before


async def test_hostile_texts_stay_text_in_every_form(owner):
    forms = {
        "/desk/brand": {"name": HOSTILE, "address": HOSTILE, "logo_url": HOSTILE},
        "/desk/settings": {"zone": HOSTILE, "rings_from": HOSTILE, "per_day": HOSTILE},
        "/desk/users": {"email": HOSTILE, "role": HOSTILE},
        "/desk/suppressions/lift": {"address": HOSTILE, "why": HOSTILE, "channel": HOSTILE, "purpose": HOSTILE},
        "/desk/suppressions": {"address": HOSTILE, "channel": "email", "purpose": ""},
        "/desk/users/password": {"old": HOSTILE, "new": HOSTILE},
    }
    for path, fields in forms.items():
        for values in (fields, dict.fromkeys(fields, "\0\ud800".encode("utf-8", "surrogatepass")), {}):
            answer = await owner.post(path, data=owner.csrf | values)
            assert 400 <= answer.status_code < 500, path
            assert "<script" not in answer.text
            assert "<img" not in answer.text
    answer = await owner.get("/desk/suppressions", params={"q": HOSTILE})
    assert "<img" not in answer.text


async def test_settings_as_shown_are_the_policy_that_holds(owner, house, shop):
    form = form_of((await owner.get("/desk/settings")).text)
    assert form["rings_from"] == ["09:00"]
    form |= {"rings_from": "10:30", "rings_until": "18:00", "zone": "Europe/Madrid", "marketing_week": "0", "transactional_day": "7"}
    form |= {"ask_first": ["sms"], "any_hour": [], "return_days": "14"}
    assert (await owner.post("/desk/settings", data=form)).headers["location"] == "/desk/settings?saved=1"
    policy = house.directory.tenant(shop.merchant_id).policy
    assert (policy.quiet.rings_from.isoformat(), policy.quiet.rings_until.isoformat(), policy.zone) == (
        "10:30:00",
        "18:00:00",
        "Europe/Madrid",
    )
    assert policy.per_week == {Purpose.TRANSACTIONAL: 60, Purpose.MARKETING: 0}
    assert policy.per_day == {Purpose.TRANSACTIONAL: 7, Purpose.MARKETING: 1}
    assert (policy.ask_first, policy.any_hour) == ({ChannelKind.SMS}, set())
    kept = await merchant(house, shop)
    assert kept.settings["return_days"] == 14
    form |= {"return_days": ""}
    await owner.post("/desk/settings", data=form)
    assert "return_days" not in (await merchant(house, shop)).settings
    assert ("change_settings", "policy, return_days") in await changes(house, shop)


async def test_carriers_desks_are_kept_by_line_and_a_line_that_is_none_is_named(owner, house, shop):
    form = form_of((await owner.get("/desk/settings")).text)
    await owner.post("/desk/settings", data=form | {"carrier_desks": "gls desk@gls.example\n\nUPS: desk@ups.example\n"})
    assert (await merchant(house, shop)).settings["carrier_desks"] == {"gls": "desk@gls.example", "ups": "desk@ups.example"}
    assert house.directory.tenant(shop.merchant_id).carrier_desks["ups"] == "desk@ups.example"
    page = (await owner.get("/desk/settings")).text
    assert "gls desk@gls.example\nups desk@ups.example</textarea>" in page
    for wrong in ("gls", "gls nobody", "gls a@b.example more", f"gls {HOSTILE}"):
        answer = await owner.post("/desk/settings", data=form | {"carrier_desks": wrong})
        assert answer.status_code == 422
        assert "<img" not in answer.text
    await owner.post("/desk/settings", data=form)  # a form without the field leaves them alone
    assert (await merchant(house, shop)).settings["carrier_desks"] == {"gls": "desk@gls.example", "ups": "desk@ups.example"}
    await owner.post("/desk/settings", data=form | {"carrier_desks": ""})
    assert "carrier_desks" not in (await merchant(house, shop)).settings


async def test_how_the_shop_sends_is_kept_and_shown_and_what_is_usual_is_not(owner, house, shop):
    form = form_of((await owner.get("/desk/settings")).text)
    sends = {"sends_country": "Spain", "sends_zone": "Europe/Madrid", "sends_until": "16:30", "sends_on": ["1", "6"], "handling_days": "0"}
    await owner.post("/desk/settings", data=form | sends)
    kept = (await merchant(house, shop)).settings["sending"]
    assert kept == {"country": "ES", "zone": "Europe/Madrid", "cut_off": "16:30", "working_days": [1, 6], "handling_days": 0}
    assert house.directory.tenant(shop.merchant_id).sending.cut_off == "16:30"
    again = form_of((await owner.get("/desk/settings")).text)
    assert (again["sends_country"], again["sends_until"], again["sends_on"], again["handling_days"]) == (
        ["ES"],
        ["16:30"],
        ["1", "6"],
        ["0"],
    )
    await owner.post("/desk/settings", data=form)
    assert "sending" not in (await merchant(house, shop)).settings


async def test_where_goods_come_back_to_is_kept_and_shown_and_can_be_taken_away(owner, house, shop):
    form = form_of((await owner.get("/desk/settings")).text)
    back = {
        "back_name": "Returns",
        "back_street": "Calle Feria 1\r\nNave 3",
        "back_postcode": "41003",
        "back_city": "Sevilla",
        "back_country": "Spain",
        "back_weight_g": "800",
    }
    assert (await owner.post("/desk/settings", data=form | back)).status_code == 303
    kept = (await merchant(house, shop)).settings
    assert kept["return_address"] == {
        "name": "Returns",
        "lines": ["Calle Feria 1", "Nave 3"],
        "city": "Sevilla",
        "postcode": "41003",
        "country": "ES",
    }
    assert kept["return_parcel"] == {"weight_g": 800}
    shown = (await owner.get("/desk/settings")).text
    assert "Calle Feria 1\nNave 3</textarea>" in shown
    assert form_of(shown)["back_city"] == ["Sevilla"]
    await owner.post("/desk/settings", data=form | {"back_street": ""})
    assert "return_address" not in (await merchant(house, shop)).settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"sends_country": "Nowhere"},
        {"back_street": "Calle Feria 1", "back_city": "Sevilla", "back_country": "Nowhere"},
        {"back_street": "Calle Feria 1", "back_country": "ES"},
        {"back_city": "Sevilla", "back_country": "ES"},
        {"back_street": "ул. Мира 1", "back_city": "Москва", "back_country": "RU"},
        {"back_street": "Calle Feria 1", "back_city": "Sevilla", "back_country": "ES", "back_weight_g": "70001"},
        {"sends_zone": "Madrid"},
        {"sends_until": "25:00"},
        {"handling_days": "31"},
        {"rings_from": "20:00", "rings_until": "08:00"},
        {"rings_from": "9"},
        {"rings_until": "24:00"},
        {"zone": "Madrid"},
        {"zone": "../etc/passwd"},
        {"transactional_day": "0"},
        {"marketing_day": "-1"},
        {"marketing_day": "9" * 30},
        {"marketing_week": ""},
        {"return_days": "many"},
        {"return_days": "0"},
    ],
)
async def test_settings_that_do_not_fit_are_refused_and_given_back_as_typed(owner, house, shop, wrong):
    before = await merchant(house, shop)
    answer = await owner.post("/desk/settings", data=form_of((await owner.get("/desk/settings")).text) | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await merchant(house, shop) == before


async def connected(house, shop, provider):
    async with house.database.system() as tx:
        return [one for one in await connections.connections(tx, house.directory.sealer, shop.merchant_id) if one.provider == provider]


async def test_a_key_that_doorstep_makes_is_made_once_and_shown_to_nobody(owner, house, shop):
    form = (await owner.get("/desk/connections/new?kind=channel&provider=web_push")).text
    assert 'placeholder="made by Doorstep"' in form
    given = form_of(form) | {"set-subject": "mailto:tech@shop.example"}
    made = await owner.post("/desk/connections/new", data=given)
    assert made.status_code == 303, made.text
    [one] = await connected(house, shop, "web_push")
    key = one.settings["private_key"]
    assert len(key) == 43
    page = (await owner.get(made.headers["location"])).text
    assert key not in page
    assert one.hook_token not in page  # nobody posts to it
    await owner.post(made.headers["location"], data=form_of(page) | {"set-subject": "mailto:other@shop.example"})
    [one] = await connected(house, shop, "web_push")
    assert (one.settings["subject"], one.settings["private_key"]) == ("mailto:other@shop.example", key)


async def test_an_apps_connection_shows_the_name_that_tokens_carry_and_no_secret(owner, house, shop):
    given = form_of((await owner.get("/desk/connections/new?kind=channel&provider=in_app")).text) | {"set-secret": "s" * 40}
    made = await owner.post("/desk/connections/new", data=given)
    [one] = await connected(house, shop, "in_app")
    page = (await owner.get(made.headers["location"])).text
    assert f"<code>{one.hook_token}</code>" in page
    assert "/hooks/in_app/" not in page
    assert "s" * 40 not in page


async def test_somebody_is_let_in_changes_the_password_and_is_let_in_no_more(app, owner, house, shop):
    email = f"ana@{shop.slug}.example"
    made = await owner.post("/desk/users", data=owner.csrf | {"email": email.title(), "role": "support"})
    password = re.search(r"<code>([\w-]{20})</code>", made.text)[1]
    assert password not in (await owner.get("/desk/users")).text
    ana = await entered(app, email, password)
    csrf = {"csrf": await csrf_of(ana)}
    other = await entered(app, email, password)
    assert (await ana.post("/desk/users/password", data=csrf | {"old": "wrong", "new": "long enough one"})).status_code == 422
    assert (await ana.post("/desk/users/password", data=csrf | {"old": password, "new": "short"})).status_code == 422
    assert "Changed" in (await ana.post("/desk/users/password", data=csrf | {"old": password, "new": "long enough one"})).text
    assert (await ana.get("/desk")).status_code == 200
    assert (await other.get("/desk")).status_code == 303
    user_id = int(re.search(r"/desk/users/(\d+)/state(?:(?!/state).)*Deactivate<span class=\"unseen\"> " + email, made.text, re.DOTALL)[1])
    assert (await owner.post(f"/desk/users/{user_id}/state", data=owner.csrf | {"state": "deactivated"})).status_code == 303
    assert (await ana.get("/desk")).status_code == 303
    refused = await httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE).post(
        "/desk/login", data={"email": email, "password": "long enough one"}
    )
    assert refused.status_code == 401
    await owner.post(f"/desk/users/{user_id}/state", data=owner.csrf | {"state": "active"})
    reset = await owner.post(f"/desk/users/{user_id}/password", data=owner.csrf)
    with pytest.raises(AssertionError):
        await entered(app, email, "long enough one")
    await (await entered(app, email, re.search(r"<code>([\w-]{20})</code>", reset.text)[1])).aclose()
    noted = [action for action, _ in await changes(house, shop)]
    for action in ("add_user", "change_password", "deactivate_user", "reactivate_user", "reset_password"):
        assert action in noted
    await ana.aclose()
    await other.aclose()


async def test_the_last_owner_stays_though_members_are_left(app, owner, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        ids = {row["role"]: row["user_id"] for row in await access.users(tx, shop.merchant_id)}
    answer = await owner.post(f"/desk/users/{ids['owner']}/state", data=owner.csrf | {"state": "deactivated"})
    assert answer.status_code == 409
    assert "last owner" in answer.text
    assert (await owner.get("/desk")).status_code == 200
    async with house.database.for_merchant(shop.merchant_id) as tx:
        second = await access.add_user(tx, shop.merchant_id, f"second@{shop.slug}.example", PASSWORD, "owner")
        await access.deactivate(tx, shop.merchant_id, second, NOW)
        with pytest.raises(ConflictError):
            await access.deactivate(tx, shop.merchant_id, ids["owner"], NOW)
    assert (await owner.post(f"/desk/users/{second}/state", data=owner.csrf | {"state": "active"})).status_code == 303
    assert (await owner.post(f"/desk/users/{ids['owner']}/state", data=owner.csrf | {"state": "deactivated"})).status_code == 303
    assert (await owner.get("/desk")).status_code == 303


async def test_an_address_with_a_login_is_not_added_twice(owner, shop):
    answer = await owner.post("/desk/users", data=owner.csrf | {"email": shop.member.upper(), "role": "owner"})
    assert answer.status_code == 409
    assert "has a login already" in answer.text


async def test_an_address_is_suppressed_looked_up_and_lifted_with_a_reason(owner, house, shop):
    add = owner.csrf | {"address": "Ana@Mail.example", "channel": "email", "purpose": ""}
    assert (await owner.post("/desk/suppressions", data=add)).headers["location"] == "/desk/suppressions?done=added"
    assert "ana@mail.example" in (await owner.get("/desk/suppressions")).text
    found = (await owner.get("/desk/suppressions", params={"q": " ANA@mail.example"})).text
    assert "Added by the shop" in found
    lift = owner.csrf | {"address": "ana@mail.example", "channel": "email", "purpose": ""}
    assert (await owner.post("/desk/suppressions/lift", data=lift | {"why": " "})).status_code == 422
    lifted = await owner.post("/desk/suppressions/lift", data=lift | {"why": "mailbox was full"})
    assert lifted.headers["location"] == "/desk/suppressions?done=lifted"
    assert "is written to: nothing stands against it" in (await owner.get("/desk/suppressions", params={"q": "ana@mail.example"})).text
    assert (await owner.post("/desk/suppressions/lift", data=lift | {"why": "again"})).status_code == 404
    assert ("lift_suppression", "email a…a@mail.example, imported: mailbox was full") in await changes(house, shop)
    sms = owner.csrf | {"address": "+34 600 111 222", "channel": "sms", "purpose": "marketing"}
    await owner.post("/desk/suppressions", data=sms)
    assert "Marketing only" in (await owner.get("/desk/suppressions", params={"q": "+34600111222"})).text
    for wrong in ({"address": "nothing"}, {"channel": "sms", "address": "a@b.example"}, {"channel": "webhook"}, {"purpose": "x"}):
        assert (await owner.post("/desk/suppressions", data=add | wrong)).status_code in {400, 422}


async def test_what_the_customer_asked_for_only_the_customer_takes_back(owner, house, shop):
    for reason in ("unsubscribed", "stop", "complained"):
        kept = Suppression(channel=ChannelKind.EMAIL, address=f"{reason}@mail.example", purpose=None, reason=reason, at=NOW)
        async with house.database.for_merchant(shop.merchant_id) as tx:
            await recipients.suppress(tx, shop.merchant_id, kept)
        lift = owner.csrf | {"address": kept.address, "channel": "email", "purpose": "", "why": "we would like to"}
        assert (await owner.post("/desk/suppressions/lift", data=lift)).status_code == 409
        assert "Lift it" not in (await owner.get("/desk/suppressions", params={"q": kept.address})).text


async def test_none_of_the_forms_is_taken_without_its_token_nor_from_a_member(app, owner, house, shop):
    before = await merchant(house, shop)
    member = await entered(app, shop.member)
    csrf = {"csrf": await csrf_of(member)}
    async with house.database.for_merchant(shop.merchant_id) as tx:
        user_id = (await access.users(tx, shop.merchant_id))[0]["user_id"]
    for path in (*FORMS, f"/desk/users/{user_id}/password", f"/desk/users/{user_id}/state"):
        assert (await owner.post(path, data={"csrf": "forged"})).status_code == 403, path
        if path != "/desk/users/password":
            assert (await member.post(path, data=csrf)).status_code == 403, path
    for path in ("/desk/brand", "/desk/settings", "/desk/users", "/desk/suppressions"):
        text = (await member.get(path)).text
        assert "<button>Save" not in text
        assert "Let somebody in" not in text
        assert "Suppress it" not in text
    assert await merchant(house, shop) == before
    await member.aclose()


async def test_a_stranger_reaches_no_user_and_no_suppression_of_ours(app, owner, house, shop, theirs):
    stranger = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    kept = Suppression(channel=ChannelKind.EMAIL, address="ours@mail.example", purpose=None, reason="bounced", at=NOW)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await recipients.suppress(tx, shop.merchant_id, kept)
        ids = [row["user_id"] for row in await access.users(tx, shop.merchant_id)]
    for user_id in ids:
        assert (await stranger.post(f"/desk/users/{user_id}/password", data=csrf)).status_code == 404
        for state in ("deactivated", "active"):
            assert (await stranger.post(f"/desk/users/{user_id}/state", data=csrf | {"state": state})).status_code == 404
    assert "ours@mail.example</h2>" not in (await stranger.get("/desk/suppressions", params={"q": "ours@mail.example"})).text
    lift = csrf | {"address": "ours@mail.example", "channel": "email", "purpose": "", "why": "mine"}
    assert (await stranger.post("/desk/suppressions/lift", data=lift)).status_code == 404
    for path in ("/desk/brand", "/desk/settings", "/desk/users", "/desk/suppressions"):
        assert shop.slug not in (await stranger.get(path)).text
    async with house.database.system() as tx:  # not only row-level security keeps them apart
        with pytest.raises(NotFoundError):
            await access.set_password(tx, theirs.merchant_id, ids[0], "x" * 12)
        with pytest.raises(NotFoundError):
            await access.deactivate(tx, theirs.merchant_id, ids[0], NOW)
        assert not await recipients.suppressions_of(tx, theirs.merchant_id, "ours@mail.example")
        assert await recipients.suppressions_of(tx, shop.merchant_id, "ours@mail.example")
    assert (await owner.get("/desk")).status_code == 200
    await stranger.aclose()
