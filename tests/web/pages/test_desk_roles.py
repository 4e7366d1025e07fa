"""Every route of the desk, every role: who is let in stands in one table, and a route that it does not have is found here."""

import re
from pathlib import Path

import pytest
from desk_clients import csrf_of, entered
from page_shops import NOW, PASSWORD

from doorstep.store import access, desk
from doorstep.web.desk import ROUTES, roles
from doorstep.web.desk.roles import Group, Level, Need, Role

#: Without a session, and so without a role.
_PUBLIC = {"/desk/login"}


#: A stream: whom it lets in, it never lets go.
_ENDLESS = "/desk/inbox/events"


def routes():
    """Every (method, address as the router writes it) of the desk."""
    found = [(method, route.path_format) for route in ROUTES[0].routes for method in route.methods if method in {"GET", "POST"}]
    return sorted(one for one in found if one[1] not in _PUBLIC)


@pytest.fixture
async def desks(app, house, ours):
    """A client in each role."""
    made = {}
    async with house.database.system() as tx:
        for role in Role:
            if not any(row["email"] == f"{role}@{ours.slug}.roles.example" for row in await access.users(tx, ours.merchant_id)):
                await access.add_user(tx, ours.merchant_id, f"{role}@{ours.slug}.roles.example", PASSWORD, role)
    for role in Role:
        made[role] = await entered(app, f"{role}@{ours.slug}.roles.example")
    yield made
    for client in made.values():
        await client.aclose()


def address(path):
    """An address at which nothing is: ids that nobody has."""
    known = {"template": "shipped", "message_id": "01a2019e-996d-7d6d-ad2b-3c661a0ab6ba"}
    return re.sub(r"{([^}]+)}", lambda found: known.get(found[1], "987654321"), path)


@pytest.mark.parametrize(("method", "path"), routes())
def test_the_table_has_every_route(method, path):
    assert roles.need_of(method, path) is not None, f"say in web/desk/roles.py who may go to {path}"


async def test_every_route_lets_in_whom_the_table_says_and_nobody_else(desks):
    refused = 0
    for method, path in routes():
        if path == "/desk/logout":
            continue
        need = roles.need_of(method, path)
        for role, client in desks.items():
            if path == _ENDLESS and roles.may(role, need):
                continue
            if method == "GET":
                answer = await client.get(address(path))
            else:
                answer = await client.post(address(path), data={"csrf": await csrf_of(client)})
            told = (method, path, role, answer.status_code)
            if roles.may(role, need):
                assert answer.status_code != 403, told
                assert answer.headers.get("location") != "/desk/login", told
            else:
                assert answer.status_code == 403, told
                assert "Only an owner" in answer.text
                refused += 1
    assert refused > 100


def test_nobody_may_change_what_they_may_not_see_and_owners_may_do_everything():
    for group in Group:
        assert roles.level_of(Role.OWNER, group) is Level.CHANGE
        assert roles.level_of("member", group) is Level.NONE
        for role in Role:
            assert roles.may(role, Need(group, Level.SEE)) or not roles.may(role, Need(group, Level.CHANGE))


def test_who_only_reads_changes_nothing_but_their_password_and_who_writes_words_sees_no_customer():
    assert [group for group in Group if roles.level_of(Role.READ_ONLY, group) is Level.CHANGE] == [Group.OWN]
    named = {Group.ORDERS, Group.CASES, Group.TALKS, Group.CUSTOMERS, Group.MESSAGES, Group.SUPPRESSIONS, Group.LETTERS, Group.HISTORY}
    assert {roles.level_of(Role.MARKETING, group) for group in named} == {Level.NONE}


def test_the_page_of_the_documentation_says_what_the_table_says():
    words = {Level.NONE: "no", Level.SEE: "see", Level.CHANGE: "change"}
    others = (Role.OPERATIONS, Role.SUPPORT, Role.MARKETING, Role.READ_ONLY)
    page = (Path(__file__).parents[3] / "docs/rules/roles.md").read_text()
    told = {
        cells[1].strip(): (cells[2], [one.strip() for one in cells[3:7]]) for line in page.splitlines() if (cells := line.split("|"))[1:]
    }
    for group in Group:
        assert told[group.replace("_", " ")][1] == [words[roles.level_of(role, group)] for role in others], group
    for _, path in routes():
        rows = re.findall(r"`([^`]+)`", told[roles.need_of("GET", path).group.replace("_", " ")][0])
        assert any(path.startswith(one) for one in rows), path


def test_a_route_that_the_table_does_not_have_is_for_owners():
    assert [role for role in Role if roles.may(role, roles.need_of("GET", "/desk/vault"))] == [Role.OWNER]
    assert roles.only(None) == "Only an owner may change this."
    assert roles.only(roles.need_of("GET", "/desk/keys")) == "Only an owner or operations may see this."


async def test_the_menu_shows_what_the_role_may_see_and_a_reader_finds_no_form(desks, ours):
    text = (await desks[Role.MARKETING].get("/desk")).text
    assert 'href="/desk/templates"' in text
    for hidden in ("shipments", "customers", "messages", "letters", "unknown", "keys", "changes"):
        assert f'href="/desk/{hidden}' not in text, hidden
    reader = desks[Role.READ_ONLY]
    for path in (
        f"/desk/orders/{next(iter(ours.order_ids.values()))}",
        "/desk/letters",
        "/desk/suppressions",
        "/desk/brand",
        "/desk/settings",
    ):
        page = (await reader.get(path)).text
        assert set(re.findall(r'<form method="post" action="([^"]+)"', page)) <= {"/desk/logout", "/desk/brand", "/desk/settings"}, path
        assert "Save</button>" not in page


async def test_marketing_sees_templates_and_brand_without_any_customer(desks, ours):
    for path in (
        "/desk/templates/shipped",
        f"/desk/templates/shipped?order={ours.slug.upper()}-1001",
        "/desk/brand",
        "/desk/gallery",
        "/desk",
    ):
        text = (await desks[Role.MARKETING].get(path)).text
        for secret in (f"{ours.slug}-1001", f"{ours.slug}-1009", "mail.example", *ours.parcel_tokens.values(), *ours.order_tokens.values()):
            assert secret not in text, (path, secret)


async def test_an_owner_gives_a_role_it_holds_at_once_it_is_noted_and_the_last_owner_keeps_theirs(app, house, desks, ours):
    owner, csrf = desks[Role.OWNER], {"csrf": await csrf_of(desks[Role.OWNER])}
    email = f"turns@{ours.slug}.roles.example"
    async with house.database.system() as tx:
        user_id = await access.add_user(tx, ours.merchant_id, email, PASSWORD, "marketing")
    client = await entered(app, email)
    assert (await client.get("/desk/shipments")).status_code == 403
    assert (await owner.post(f"/desk/users/{user_id}/role", data=csrf | {"role": "operations"})).status_code == 303
    assert (await client.get("/desk/shipments")).status_code == 200
    assert (await client.get("/desk/keys")).status_code == 200
    assert (await owner.post(f"/desk/users/{user_id}/role", data=csrf | {"role": "member"})).status_code == 422
    assert (await owner.post("/desk/users/987654321/role", data=csrf | {"role": "support"})).status_code == 404
    async with house.database.for_merchant(ours.merchant_id) as tx:
        noted = [row["detail"] for row in await desk.changes(tx, ours.merchant_id) if row["action"] == "set_role"]
    assert f"user {user_id}, marketing to operations" in noted
    await client.aclose()


async def test_of_two_owners_one_may_step_down_and_the_last_may_not(app, house, theirs):
    client = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(client)}
    async with house.database.for_merchant(theirs.merchant_id) as tx:
        mine = next(row["user_id"] for row in await access.users(tx, theirs.merchant_id) if row["email"] == theirs.owner)
        second = await access.add_user(tx, theirs.merchant_id, f"second.owner@{theirs.slug}.example", PASSWORD, "owner")
        await access.deactivate(tx, theirs.merchant_id, second, NOW)
    answer = await client.post(f"/desk/users/{mine}/role", data=csrf | {"role": "support"})
    assert answer.status_code == 409
    assert "last owner" in answer.text
    assert (await client.get("/desk/keys")).status_code == 200
    await client.aclose()


async def test_a_stranger_gives_nobody_of_ours_a_role(app, house, ours, theirs):
    client = await entered(app, theirs.owner)
    async with house.database.for_merchant(ours.merchant_id) as tx:
        before = [tuple(row) for row in await access.users(tx, ours.merchant_id)]
    answer = await client.post(f"/desk/users/{before[0][0]}/role", data={"csrf": await csrf_of(client), "role": "read_only"})
    assert answer.status_code == 404
    async with house.database.for_merchant(ours.merchant_id) as tx:
        assert [tuple(row) for row in await access.users(tx, ours.merchant_id)] == before
    await client.aclose()
