"""The service running: bound to this machine alone, unless there are accounts."""

from __future__ import annotations

import gc
import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from segml.service.accounts import read_accounts
from segml.stores import Newest, few_arenas
from segml.words.errors import ConfigurationRefused
from segml.words.site import Access, Site

SECONDS = 2.0
"""How often it looks whether a newer run was published."""
FIRST = (
    *("client_id", "name", "called", "status", "tier", "tier_rank", "is_key", "p_churn"),
    *("p_churn_low", "p_churn_high", "profit_365", "stake", "action", "currency"),
)
"""The columns of the list of clients that the first page is read from."""


def serve(site: Site, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a portfolio until the process is asked to stop.

    Parameters
    ----------
    site
        What is served.
    host, port
        Where to listen.
    ready
        Told the address, once the newest run is open and its first page worked out.

    Raises
    ------
    ConfigurationRefused
        If others could reach it and there are no accounts, nothing was published yet, or what was
        cannot be read.
    """
    is_own = is_own_address(host)
    accounts = read_accounts(site.access.accounts)
    if accounts is None or not accounts.by_name:
        _require_alone(site.access, None if is_own else host)
    # gives back what many threads have read and let go of; the usual one keeps it for each of them
    pa.set_memory_pool(pa.system_memory_pool())
    few_arenas()
    with ThreadPoolExecutor(1) as beside:
        opened = beside.submit(Newest, site.output, portfolio=site.portfolio, first=FIRST)
        import uvicorn  # all of this takes about as long as opening the runs

        from segml.service.app import make_app
        from segml.service.warming import Warmer

        newest = opened.result()
    app = make_app(site, newest, is_own=is_own)
    warmer = Warmer(app.state.door)
    warmer.begin()
    newest.watch(SECONDS, warmer.prepare)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    gc.enable()
    shown = f"[{host}]" if ":" in host else host
    ready(f"http://{shown}:{port}/")
    try:
        uvicorn.Server(config).run()
    finally:
        newest.end()


def _require_alone(access: Access, host: str | None) -> None:
    """Refuse to serve without accounts where others come by, straight or through a proxy."""
    whence = (
        f"`--host {host}` can be reached by others"
        if host is not None
        else "`service.hosts` names addresses that others use"
        if access.hosts
        else "`service.proxy` names a proxy that others come through"
        if access.proxy.addresses
        else ""
    )
    if whence:
        raise ConfigurationRefused(
            f"{whence}, and there are no accounts",
            allowed="this machine's own address (127.0.0.1) and name alone, or accounts",
            next_step="`segml accounts add` makes an account; or leave that out",
        )


def is_own_address(host: str) -> bool:
    """Whether only this machine reaches an address.

    Examples
    --------
    >>> is_own_address("127.0.0.1"), is_own_address("localhost"), is_own_address("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
