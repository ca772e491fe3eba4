"""A browser in front of a running server."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

SWITCHES = (
    "--headless=new",
    # The container keeps it in instead, without any capability.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--window-size=1100,800",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chrome]:
    """One browser for all tests."""
    driver = shutil.which("chromedriver")
    if not driver:
        pytest.skip("not tried in a browser: there is no chromedriver")
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for switch in SWITCHES:
        options.add_argument(switch)
    browser = Chrome(options, ChromeService(driver))
    browser.set_page_load_timeout(30)
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium) -> Chrome:
    """The browser with a window of a desktop, in light colours."""
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    return chromium


@pytest.fixture
def use_phone(browser) -> Callable[[], None]:
    """Makes the window that of a small phone."""
    return lambda: browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 2, "mobile": True},
    )


@pytest.fixture
def use_dark(browser) -> Callable[[], None]:
    """Makes the browser ask for dark colours."""
    feature = {"name": "prefers-color-scheme", "value": "dark"}
    return lambda: browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [feature]}
    )


@pytest.fixture
def picture(browser, request) -> Callable[[str], None]:
    """Saves what the window shows, if SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")

    def save(name: str) -> None:
        if folder:
            file = re.sub("[^a-z0-9]+", "-", name.lower())
            browser.save_screenshot(str(Path(folder) / f"{file}.png"))

    return save
