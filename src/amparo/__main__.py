"""Where the command line and the pages meet: the `amparo` command.

The two halves do not import each other; the command that serves the pages is mounted here.
"""

from amparo.cli.main import app, run_app
from amparo.web.command import serve

app.command("serve")(serve)


def run() -> None:
    """The `amparo` command."""
    run_app()


if __name__ == "__main__":
    run()
