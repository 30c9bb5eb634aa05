"""Capture a page of the web, after asking."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.arrivals import facts_of, line_of, reckon
from amparo.cli.show import AsJson, print_json, safe
from amparo.cli.vault import VaultPath
from amparo.errors import Exit


def capture(
    vault: VaultPath,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the page.")],
    proxy: Annotated[
        str, typer.Option(help="Go through this proxy, such as socks5://127.0.0.1:9050 (Tor).")
    ] = "",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Longest time to load.")] = 60,
    megabytes: Annotated[int, typer.Option(min=1, max=2000, help="Most bytes to take.")] = 200,
    wacz: Annotated[
        bool, typer.Option("--wacz", help="Pack the WARC with an index and digests as WACZ.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before using the network.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open a web page in a fresh browser and keep it: WARC, picture and HTML as items.

    Nothing is sent but the request for the page and what the page asks for. No cookie is sent
    or kept. A public page, or a public name, that leads into a private network is refused;
    through a proxy it is the proxy that resolves the names. Exit code 8 when the page is an
    error, was cut off or never came to rest; then what came is held. Exit code 3 when nothing
    came; then nothing is held.

    Example: amparo item capture evidence https://example.org/page --proxy socks5://127.0.0.1:9050
    """
    import sys

    from amparo.cli.unlock import opened
    from amparo.errors import BadInput, NotFound
    from amparo.intake.browser import find_browser
    from amparo.intake.capture import Limits, check_address, check_proxy
    from amparo.intake.capture import capture as take
    from amparo.intake.receive import receive_capture

    check_address(url)
    check_proxy(proxy)
    find_browser()
    way = f"through {proxy}" if proxy else "directly: its server will see this computer's address"
    if not yes:
        if not sys.stdin.isatty():
            raise BadInput("capturing a page uses the network", remedy="Say so with --yes")
        typer.confirm(f"Contact the site of this address {way}?", abort=True, err=True)
    with opened(vault) as held:
        taken = take(url, proxy=proxy, limits=Limits(seconds, megabytes << 20))
        if taken.outcome == "failed":
            raise NotFound(
                "nothing was captured",
                value=taken.detail,
                remedy="Check the address, the connection and the proxy",
            )
        tally = receive_capture(held, held.member, taken, wacz=wacz)
    if as_json:
        files = [facts_of(r) for r in tally.results]
        print_json({**taken.facts(), **reckon(tally), "files": files})
    else:
        for received in tally.results:
            typer.echo(line_of(received))
        why = f" ({taken.detail})" if taken.detail else ""
        typer.echo(safe(f"{taken.outcome}{why}: {len(taken.responses)} responses, {taken.route}"))
    if taken.outcome != "ok":
        raise typer.Exit(int(Exit.PARTLY))
