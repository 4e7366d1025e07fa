"""The command line: `doorstep COMMAND`. Each command's module is imported only when it is called."""

import sys

from cyclopts import App

from doorstep import __version__
from doorstep.errors import DoorstepError

app = App(name="doorstep", version=__version__, help="Keeps a shop's customers informed between paid and happy to buy again.")
app.command("doorstep.cli.running:serve")
app.command("doorstep.cli.demo:demo")
app.command("doorstep.cli.running:web")
app.command("doorstep.cli.running:worker")
app.command("doorstep.cli.running:migrate")
app.command("doorstep.cli.normalise:normalise")
app.command("doorstep.cli.bench:bench")


def main() -> None:
    """Run a command; an error of the house is one clear line and exit code 2."""
    try:
        sys.exit(app(sys.argv[1:], result_action="return_value"))
    except DoorstepError as error:
        print(f"doorstep: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
