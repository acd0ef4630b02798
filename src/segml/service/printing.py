"""A page as PDF, printed by a Chromium of the machine in a process of its own, one at a time.

The page is one file with its style inside, whose own policy lets no script run and nothing be
fetched; the browser is given a fresh folder and no way to a network besides. Where the machine
has no Chromium there is no PDF.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
"""What a Chromium is called on a machine's search path."""
SECONDS = 60.0
"""How long one page may take to be printed."""
_SWITCHES = (
    *("--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"),
    *("--disable-extensions", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"),
)


class NotPrinted(RuntimeError):  # noqa: N818 - named as the refusals are
    """The browser gave no PDF."""


class Printer:
    """Prints pages.

    Parameters
    ----------
    browser
        The program; None: no page can be printed.
    """

    def __init__(self, browser: str | None) -> None:
        self._browser = browser
        self._one_at_a_time = asyncio.Lock()

    @property
    def is_there(self) -> bool:
        """Whether pages can be printed."""
        return self._browser is not None

    async def pdf(self, page: bytes) -> bytes:
        """A page as PDF.

        Parameters
        ----------
        page
            Its HTML, UTF-8, with its style inside.

        Raises
        ------
        NotPrinted
            If there is no browser, or it gave nothing within `SECONDS`.
        """
        if self._browser is None:
            raise NotPrinted("no Chromium on this machine")
        async with self._one_at_a_time:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                return await self._printed(self._browser, Path(folder), page)

    async def _printed(self, browser: str, folder: Path, page: bytes) -> bytes:
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_bytes(page)
        # as root, as in a container, Chromium's own sandbox does not start
        sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        process = await asyncio.create_subprocess_exec(
            browser,
            *_SWITCHES,
            *sandbox,
            f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={target}",
            source.as_uri(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder)},
        )
        try:
            await asyncio.wait_for(process.wait(), SECONDS)
        except TimeoutError:
            raise NotPrinted(f"nothing within {SECONDS:.0f} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            return target.read_bytes()
        except FileNotFoundError:
            raise NotPrinted(f"the browser ended with {process.returncode}") from None


def find_browser() -> str | None:
    """The machine's Chromium; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
