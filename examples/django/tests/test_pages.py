"""The page as a person uses it: in Chromium, from a server of its own."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
DESKTOP, PHONE = (1100, 800), (360, 740)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory) -> Iterator[Chrome]:
    """A browser, for all tests."""
    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options, ChromeService("/usr/bin/chromedriver"))
    # As in a window that a person looks at: without it nothing is drawn as
    # having focus.
    driver.execute_cdp_cmd(
        "Emulation.setFocusEmulationEnabled", {"enabled": True}
    )
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium, serve, tmp_path) -> "Page":
    """The page of an empty list in a wide window; it may report no fault."""
    server = serve(tmp_path, app_commit="0123456789abcdef")
    page = Page(chromium, server.url)
    page.resize(DESKTOP)
    page.paint("light")
    page.faults()
    chromium.get(server.url)
    yield page
    assert page.faults() == []
    # Or it would ask for its icon of a server that has ended.
    chromium.get("about:blank")


class Page:
    """What a person sees and does."""

    def __init__(self, driver: Chrome, url: str):
        self.driver = driver
        self.url = url

    def seen(self) -> dict[str, list[str]]:
        """The titles under each heading, from top to bottom."""
        return {
            section.find_element(By.TAG_NAME, "h2").text: [
                title.text
                for title in section.find_elements(By.CLASS_NAME, "title")
            ]
            for section in self.driver.find_elements(By.TAG_NAME, "section")
        }

    def counts(self) -> str:
        return self.driver.find_element(By.CLASS_NAME, "counts").text

    def field(self):
        return self.driver.find_element(By.ID, "title")

    def add(self, *titles: str) -> None:
        """Types titles and presses Enter after each."""
        for title in titles:
            self.leave(lambda: self.field().send_keys(title, Keys.ENTER))

    def press(self, label: str) -> None:
        """Presses the button with an accessible name."""
        button = f'button[aria-label="{label}"]'
        self.leave(self.driver.find_element(By.CSS_SELECTOR, button).click)

    def type(self, *keys: str) -> None:
        """Types on the keyboard alone, to where focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def focused(self) -> str:
        """What has focus: its name to screen readers, else its id."""
        element = self.driver.switch_to.active_element
        name = element.get_attribute("aria-label")
        return name or element.get_attribute("id") or element.text

    def leave(self, act) -> None:
        """Does what brings a new page, and waits until that is there."""
        self.driver.execute_script("document.old = true")
        act()
        WebDriverWait(self.driver, 10).until(
            lambda driver: driver.execute_script(
                "return !document.old && document.readyState === 'complete'"
            )
        )

    def faults(self) -> list[str]:
        """What the browser has complained of since it was last asked."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if "status of 400" not in entry["message"]
        ]

    def resize(self, size: tuple[int, int]) -> None:
        """The size of the window's inside, in CSS pixels."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": size[0],
                "height": size[1],
                "deviceScaleFactor": 2,
                "mobile": size == PHONE,
            },
        )

    def paint(self, scheme: str) -> None:
        """What the person prefers: "light" or "dark"."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [feature]}
        )

    def photograph(self, name: str) -> None:
        """Saves a picture into the folder that SCREENSHOTS names, if any."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.driver.save_screenshot(str(Path(folder, f"{name}.png")))


def test_a_list_is_kept_by_mouse(page):
    assert page.counts() == "0 to read, 0 read"
    page.photograph("empty")
    page.add("Middlemarch", "The Left Hand of Darkness", "Emma")
    assert page.focused() == "title"
    page.press("Mark as read: Middlemarch")
    assert page.seen() == {
        "To read": ["Emma", "The Left Hand of Darkness"],
        "Read": ["Middlemarch"],
    }
    assert page.counts() == "2 to read, 1 read"
    page.photograph("desktop")
    page.press("Mark as unread: Middlemarch")
    page.press("Delete: Emma")
    seen = {"To read": ["The Left Hand of Darkness", "Middlemarch"]}
    assert page.seen() == seen
    page.leave(page.driver.refresh)
    assert page.seen() == seen
    assert page.counts() == "2 to read, 0 read"


def test_a_list_is_kept_by_keyboard_alone(page):
    assert page.focused() == "title"
    page.leave(lambda: page.type("Emma", Keys.ENTER))
    page.leave(lambda: page.type("Dune", Keys.ENTER))
    assert page.focused() == "title"
    page.type(Keys.TAB, Keys.TAB)
    stops = []
    for _ in range(4):
        stops.append(page.focused())
        page.type(Keys.TAB)
    assert stops == [
        "Mark as read: Dune",
        "Delete: Dune",
        "Mark as read: Emma",
        "Delete: Emma",
    ]
    page.driver.get(page.url)
    page.field().send_keys(Keys.TAB, Keys.TAB)
    page.photograph("keyboard")
    page.leave(lambda: page.type(Keys.ENTER))
    assert page.seen() == {"To read": ["Emma"], "Read": ["Dune"]}
    assert page.focused().startswith("book-")
    page.type(Keys.TAB)
    assert page.focused() == "Mark as unread: Dune"
    page.leave(lambda: page.type(Keys.SPACE))
    assert page.seen() == {"To read": ["Dune", "Emma"]}
    page.type(Keys.TAB, Keys.TAB)
    assert page.focused() == "Delete: Dune"
    page.leave(lambda: page.type(Keys.ENTER))
    assert page.seen() == {"To read": ["Emma"]}
    page.type(Keys.TAB)
    assert page.focused() == "Mark as read: Emma"


def test_a_title_that_cannot_be_taken_stays_in_the_field(page):
    title = "x" * 201
    page.add(title)
    assert page.driver.find_element(By.ID, "title_error").text == (
        "A title has at most 200 characters; this one has 201."
    )
    assert page.field().get_attribute("value") == title
    assert page.focused() == "title"
    page.photograph("refused")
    page.leave(lambda: page.type(Keys.END, Keys.BACKSPACE, Keys.ENTER))
    assert page.seen() == {"To read": ["x" * 200]}


@pytest.mark.parametrize("size", [PHONE, (320, 640), DESKTOP])
def test_nothing_is_too_wide_or_too_small_to_touch(page, size):
    page.add("Thirty-two characters and no end " * 6, "y" * 200, "Emma")
    page.press("Mark as read: Emma")
    page.resize(size)
    page.driver.get(page.url)
    hidden = page.driver.execute_script(
        "const { scrollWidth, clientWidth } = document.documentElement;"
        "return scrollWidth - clientWidth"
    )
    assert hidden == 0
    targets = page.driver.find_elements(By.CSS_SELECTOR, "button, #title")
    assert len(targets) == 8
    small = [
        (target.accessible_name, target.rect)
        for target in targets
        if min(target.rect["width"], target.rect["height"]) < 44
    ]
    assert small == []


def test_the_page_is_dark_where_that_is_preferred(page):
    page.add("Middlemarch", "The Left Hand of Darkness", "Emma")
    page.press("Mark as read: Middlemarch")
    style = "return getComputedStyle(document.body).backgroundColor"
    assert page.driver.execute_script(style) == "rgb(247, 243, 234)"
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page.resize(size)
        page.paint("light")
        page.driver.get(page.url)
        page.photograph(f"{name}-light")
        page.paint("dark")
        assert page.driver.execute_script(style) == "rgb(25, 24, 21)"
        page.photograph(f"{name}-dark")


def test_the_page_needs_no_script_and_loads_from_itself_alone(page):
    page.driver.execute_cdp_cmd(
        "Emulation.setScriptExecutionDisabled", {"value": True}
    )
    try:
        page.field().send_keys("Emma", Keys.ENTER)
        WebDriverWait(page.driver, 10).until(lambda _: page.seen())
        assert page.seen() == {"To read": ["Emma"]}
    finally:
        page.driver.execute_cdp_cmd(
            "Emulation.setScriptExecutionDisabled", {"value": False}
        )
    page.driver.get(page.url)
    loaded = page.driver.execute_script(
        "return performance.getEntriesByType('resource')"
        ".map(({ name }) => name)"
    )
    assert [re.sub(r"\.\w{12}\.", ".", name) for name in loaded] == [
        f"{page.url}static/books/page.css"
    ]


def test_what_was_stored_outlives_the_server(page, serve, tmp_path):
    page.add("Emma")
    page.driver.get(serve(tmp_path).url)
    assert page.seen() == {"To read": ["Emma"]}
