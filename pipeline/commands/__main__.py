"""Where the program `ncdof` starts; what it can do is verbs'."""

import atexit
import gc
import sys

from pipeline import catalogue
from pipeline.read import server

# The verbs that always read a file.
READING = ("add", "inspect")


def main() -> None:
    """Hand the catalogue in and do what the command line asks for."""
    if sys.argv[1:2] and sys.argv[1] in READING:
        server.get_ready()  # which imports as much as what follows, at the same time
    from pipeline.commands.verbs import app

    atexit.register(gc.freeze)  # or all that there is would be looked through once more before it goes
    catalogue.hand_in()
    app()


if __name__ == "__main__":
    main()
