"""GET /identify: candidates, own carriers, and what it refuses."""

from doorstep.steps.connect import new_connection
from doorstep.store import connections


async def test_a_number_is_identified_with_the_merchants_own_carriers_in_front(installation):
    asked = {"number": "9865 7878 8855", "country": "Spain"}
    alone = (await installation.get("/identify", **asked)).json()
    assert alone["number"] == "986578788855"
    assert alone["settled"] is None
    assert alone["candidates"][0]["carrier"] == "fedex"
    async with installation.house.database.system() as tx:
        sealer = installation.house.directory.sealer
        mine = new_connection(installation.ours, "carrier", "gls", "GLS", {})
        await connections.connect(tx, sealer, mine, frozenset())
        partner = new_connection(installation.theirs, "carrier", "edifact_iftsta", "EDI", {"carrier": "Federal Express"})
        await connections.connect(tx, sealer, partner, frozenset())
    ours = (await installation.get("/identify", **asked)).json()
    assert (ours["settled"], ours["candidates"][0]["carrier"], ours["candidates"][0]["own"]) == ("gls", "gls", True)
    theirs = (await installation.get("/identify", installation.their_key, **asked)).json()
    assert theirs["settled"] == "fedex"


async def test_a_number_that_is_nobodys_has_no_candidates_and_none_is_refused(installation):
    assert (await installation.get("/identify", number="ABCDEFG")).json()["candidates"] == []
    assert (await installation.get("/identify")).status_code == 400
    assert (await installation.get("/identify", number="1" * 201)).status_code == 400
