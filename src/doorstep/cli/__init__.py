"""The command line: `doorstep COMMAND`. Each command's module is imported only when it is called."""

import sys

from cyclopts import App

from doorstep import __version__
from doorstep.errors import DoorstepError

app = App(name="doorstep", version=__version__, help="Keeps a shop's customers informed between paid and happy to buy again.")
#: Command → where it lives, and its one line of help (its module is not imported for the list).
_COMMANDS = {
    "serve": ("doorstep.cli.running:serve", "Run everything: the database, the web, the workers."),
    "demo": ("doorstep.cli.demo:demo", "Run a demo shop whose parcels move in front of your eyes."),
    "web": ("doorstep.cli.running:web", "Run the web process alone."),
    "worker": ("doorstep.cli.running:worker", "Run one worker alone."),
    "migrate": ("doorstep.cli.running:migrate", "Bring the database to this version's schema."),
    "merchant": ("doorstep.cli.merchants:merchant", "Merchants: who they are, who enters their desk, their programs' keys."),
    "connection": ("doorstep.cli.connections:connection", "Connected shops, carriers and channels of a merchant."),
    "codes": ("doorstep.cli.codes:codes", "Codes that no table knows: list them, say what they mean, write that out."),
    "normalise": ("doorstep.cli.normalise:normalise", "Print what carriers' bytes say, a JSON object per checkpoint."),
    "identify": ("doorstep.cli.identify:identify", "Tell whose a tracking number may be."),
    "evaluate": ("doorstep.cli.evaluating:evaluate", "Measure how right Doorstep is, on what is known."),
    "estimates": ("doorstep.cli.estimates:estimates", "Tell how good a merchant's own model of its deliveries is."),
    "ask": ("doorstep.cli.asking:ask", "Ask a carrier about tracking numbers, once, and print what it says."),
    "replay": ("doorstep.cli.replay:replay", "Print which delivery problems a history opens, worsens and closes, and when."),
    "performance": ("doorstep.cli.performance:performance", "Published delivery figures: verify who signed them; the keys that sign them."),
    "policy": ("doorstep.cli.policy:policy", "What a merchant's customers may do: show, check, try against the past, put into force."),
    "knowledge": ("doorstep.cli.knowledge:knowledge", "What a shop says of itself: ask it, list it, see what nobody answered."),
    "talks": ("doorstep.cli.talks:talks", "Turns of conversations, examined after the fact: replay what a model answered."),
    "chat": ("doorstep.cli.chatting:chat", "Talk in the terminal with what answers customers."),
    "explain": ("doorstep.cli.explain:explain", "Tell why a message was sent, or why none was: channel, hour, gates, what became of it."),
    "preview": ("doorstep.cli.preview:preview", "Render a template to a file, with a real order or a sample."),
    "doctor": ("doorstep.cli.doctor:doctor", "Examine an installation and say what to mend."),
    "bench": ("doorstep.cli.bench:bench", "Measure speed, lateness and memory beside their baselines."),
}
for _name, (_where, _help) in _COMMANDS.items():
    app.command(_where, name=_name, help=_help)
_importing = App(name="import", help="Bring in what happened before Doorstep.")
_importing.command("doorstep.cli.importing:import_orders", name="orders", help="Import orders from a CSV or JSON Lines file.")
_importing.command(
    "doorstep.cli.importing_retail:import_retail",
    name="retail",
    help="Import a retailer's store: customers, goods and orders of one JSON file.",
)
_importing.command(
    "doorstep.cli.knowledge:import_knowledge",
    name="knowledge",
    help="Import what the shop says of itself: policies, questions with answers, guides; Markdown, HTML, CSV, text, addresses.",
)
app.command(_importing)


def main() -> None:
    """Run a command; an error of the house is one clear line and exit code 2."""
    try:
        sys.exit(app(sys.argv[1:], result_action="return_value"))
    except DoorstepError as error:
        print(f"doorstep: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
