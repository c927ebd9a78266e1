"""The one door: serve pages, drive time, look after the database, try a diagram."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

from engine import cli
from engine.office import Office


def main() -> int:
    """Run the command of this process; its exit code."""
    return cli.main(sys.argv[1:], cli.Doors(serve, bench))


def serve(office: Office, listening: Callable[[str], None]) -> None:
    """Serve pages until the process is told to stop; requests under way are finished."""
    # Imported here: commands without pages must not wait for the web framework.
    waitress = importlib.import_module("waitress")
    web = importlib.import_module("web")
    settings = office.settings
    app = web.create_app(office)
    try:
        server = waitress.create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=8,
            ident="duban",
            # Somewhat more than the application takes, so that it says what was too large itself.
            max_request_body_size=2 * app.config["MAX_CONTENT_LENGTH"],
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise cli.cannot_listen(settings, error) from error
    listening(settings.base_url)
    try:
        server.run()
    finally:
        server.close()


def bench(arguments: list[str]) -> int:
    """Measure the budget."""
    code: int = importlib.import_module("bench").main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
