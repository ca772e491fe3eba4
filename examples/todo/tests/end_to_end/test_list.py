"""What people do with the list, in a browser."""

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Page:
    """The page as people meet it: by names and by what it shows."""

    def __init__(self, browser, url):
        self.browser = browser
        self.url = url
        browser.get(url)

    def add(self, text):
        field = self.browser.find_element(By.ID, "text")
        field.send_keys(text)
        self._leave_by(lambda: self._named("Add").click())

    def press(self, name):
        # For a moment the page takes no clicks, against double-clicks.
        self.wait(lambda: not self._is_settling())
        self._leave_by(lambda: self._named(name).click())

    def double_press(self, name):
        self.wait(lambda: not self._is_settling())
        button = self._named(name)
        self._leave_by(
            lambda: ActionChains(self.browser).double_click(button).perform()
        )

    def type(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def go_back(self):
        chain = ActionChains(self.browser)
        chain.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT)
        chain.perform()

    def type_and_go(self, *keys):
        self._leave_by(lambda: self.type(*keys))

    @property
    def to_do(self):
        return self._texts("to-do")

    @property
    def done(self):
        return self._texts("done")

    @property
    def status(self):
        found = self.browser.find_element(By.ID, "status")
        return found.text.replace("\n", " ")

    def expect_focus(self, name):
        # The browser moves it a moment after the page is there.
        active = self.browser.switch_to
        self.wait(lambda: active.active_element.accessible_name == name, name)

    def wait(self, condition, what=""):
        waiting = WebDriverWait(
            self.browser, 20, 0.05, [StaleElementReferenceException]
        )
        waiting.until(lambda _: condition(), what)

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def _named(self, name):
        buttons = self.browser.find_elements(By.TAG_NAME, "button")
        return {each.accessible_name: each for each in buttons}[name]

    def _texts(self, section):
        path = f"section[aria-labelledby={section}] li label"
        found = self.browser.find_elements(By.CSS_SELECTOR, path)
        return [label.text for label in found]

    def _leave_by(self, act):
        self.script("window.isOld = true")
        act()
        self.wait(
            lambda: self.script(
                "return !window.isOld && document.readyState === 'complete'"
            )
        )

    def _is_settling(self):
        return self.script(
            "return document.getAnimations().some(each =>"
            " each.animationName === 'settle')"
        )


@pytest.fixture
def server(serve, sqlite):
    return serve(DATABASE_URL=sqlite, app_commit="0123456789abcdef")


@pytest.fixture
def page(browser, server):
    return Page(browser, server.url)


def test_an_item_is_added_completed_reopened_and_deleted(page, picture):
    picture("empty")
    page.add("Milk")
    page.add("Bread")
    assert (page.to_do, page.done) == (["Bread", "Milk"], [])
    assert page.status == "Added “Bread”."
    page.press("Complete: Milk")
    assert (page.to_do, page.done) == (["Bread"], ["Milk"])
    assert page.status == "Done: “Milk”."
    picture("one of each")
    page.browser.get(page.url)
    assert (page.to_do, page.done) == (["Bread"], ["Milk"])
    assert page.status == "1 to do, 1 done"
    page.press("Reopen: Milk")
    assert (page.to_do, page.done) == (["Bread", "Milk"], [])
    page.press("Delete: Bread")
    assert (page.to_do, page.done) == (["Milk"], [])
    assert page.status == "Deleted “Bread”. Undo"
    picture("deleted")
    page.press("Undo")
    assert (page.to_do, page.done) == (["Bread", "Milk"], [])


def test_what_is_done_is_cleared_at_once(page):
    for word in ("Milk", "Bread", "Salt"):
        page.add(word)
    page.press("Complete: Milk")
    page.press("Complete: Salt")
    page.press("Clear done")
    assert (page.to_do, page.done) == (["Bread"], [])
    assert page.status == "Deleted 2 items. Undo"
    page.press("Undo")
    assert (page.to_do, page.done) == (["Bread"], ["Salt", "Milk"])


def test_a_reload_changes_nothing(page):
    page.add("Milk")
    page.browser.refresh()
    assert page.to_do == ["Milk"]


def test_a_restart_of_the_server_keeps_the_items(browser, serve, sqlite):
    first = serve(DATABASE_URL=sqlite)
    page = Page(browser, first.url)
    page.add("Milk")
    page.add("Bread")
    page.press("Complete: Milk")
    first.process.terminate()
    first.process.communicate(timeout=10)
    page = Page(browser, serve(DATABASE_URL=sqlite).url)
    assert (page.to_do, page.done) == (["Bread"], ["Milk"])


def test_bad_input_is_said_beside_the_field_and_kept(page, picture):
    page.expect_focus("New item")
    page.type_and_go("x" * 201, Keys.ENTER)
    assert page.browser.find_element(By.ID, "error").text == (
        "That is 201 characters long; shorten it to 200."
    )
    page.expect_focus("New item")
    picture("too long")
    page.type_and_go(Keys.END, Keys.BACKSPACE, Keys.ENTER)
    assert page.to_do == ["x" * 200]


def test_a_double_click_changes_one_item_once(page):
    for word in ("Milk", "Bread", "Salt"):
        page.add(word)
    page.double_press("Complete: Bread")
    assert (page.to_do, page.done) == (["Salt", "Milk"], ["Bread"])
    page.double_press("Delete: Salt")
    assert (page.to_do, page.done) == (["Milk"], ["Bread"])
    page.browser.find_element(By.ID, "text").send_keys("Rice")
    page.double_press("Add")
    page.browser.get(page.url)
    assert (page.to_do, page.done) == (["Rice", "Milk"], ["Bread"])


def test_another_tab_may_have_been_faster(page, browser):
    page.add("Milk")
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    other = Page(browser, page.url)
    other.press("Delete: Milk")
    browser.close()
    browser.switch_to.window(first)
    page.press("Complete: Milk")
    assert "This item is not on the list any more." in browser.page_source


def test_the_keyboard_does_it_all_and_the_focus_goes_on(page, picture):
    page.expect_focus("New item")
    for word in ("Milk", "Bread", "Salt"):
        page.type_and_go(word, Keys.ENTER)
        page.expect_focus("New item")
    page.type(Keys.TAB, Keys.TAB)
    page.expect_focus("Complete: Salt")
    page.type_and_go(Keys.SPACE)
    page.expect_focus("Complete: Bread")
    picture("keyboard")
    page.type(Keys.TAB)
    page.expect_focus("Delete: Bread")
    page.type_and_go(Keys.ENTER)
    page.expect_focus("Complete: Milk")
    page.go_back()
    page.expect_focus("Undo")
    page.type_and_go(Keys.ENTER)
    page.expect_focus("Complete: Bread")
    assert (page.to_do, page.done) == (["Bread", "Milk"], ["Salt"])
    page.type_and_go(Keys.SPACE)
    page.expect_focus("Complete: Milk")
    page.type_and_go(Keys.SPACE)
    page.expect_focus("New item")
    assert (page.to_do, page.done) == ([], ["Milk", "Bread", "Salt"])
    page.type(Keys.TAB, Keys.TAB)
    page.expect_focus("Clear done")
    page.type_and_go(Keys.SPACE)
    page.expect_focus("New item")
    assert (page.to_do, page.done) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_the_page_fits_and_every_target_is_large(
    page, use_phone, use_dark, picture, device, scheme
):
    if device == "phone":
        use_phone()
    if scheme == "dark":
        use_dark()
    for text in (
        "Post the parcel to Grandmother",
        "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel" * 2,
        "לקנות חלב",
        "Book the train, ask for seats by the window, and tell the others "
        "when it arrives so that somebody can be at the station in time",
        "Water the plants",
        "Milk",
    ):
        page.add(text)
    page.press("Complete: Milk")
    page.press("Complete: Water the plants")
    page.press("Delete: Post the parcel to Grandmother")
    picture(f"{device} {scheme}")
    assert (
        page.script("return document.documentElement.scrollWidth - innerWidth")
        <= 0
    )
    small = page.script(
        "return [...document.querySelectorAll('button, #text')]"
        ".map(each => [each.textContent, each.getBoundingClientRect()])"
        ".filter(([, box]) => box.width < 44 || box.height < 44)"
    )
    assert small == []
