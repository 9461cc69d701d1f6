"""Who may do what, and what happens when a session ends."""
import re

from playwright.sync_api import expect

from crm import PASSWORD


def log_in(page, user: str, password: str = PASSWORD) -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_logging_in_and_out(pages, crm, ana):
    page = pages.open(crm, "tasks")
    log_in(page, ana.user, "a wrong one")
    expect(page.get_by_role("alert")).to_contain_text("User name or password is wrong.")
    log_in(page, ana.user)
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()  # where the link led
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_reader_sees_everything_and_no_control_that_changes(pages, rita, ana):
    customer = ana.post("customers", name="Readable", email="r@x.example")
    deal = ana.post("deals", customer_id=customer["id"], title="Readable deal", value_cents=100)
    task = ana.post("tasks", customer_id=customer["id"], title="Readable task")
    page = pages.open(rita, f"customers/{customer['id']}")
    expect(page.get_by_role("heading", name="Readable")).to_be_visible()
    # as words of their own at the beginning: records that other tests made may be called "Imported"
    changing = re.compile(r"^(New|Add|Edit|Delete|Import|Save|Dictate|Speak)\b")
    paths = ["customers", f"customers/{customer['id']}", f"deals/{deal['id']}", "deals", "deals/board", "contacts", "notes", f"tasks/{task['id']}", "tasks"]
    for path in paths:
        page.evaluate("path => { location.hash = '#/' + path }", path)
        page.wait_for_function("path => document.querySelector('h1') && location.hash === '#/' + path && !document.querySelector('.loading')", arg=path)
        for role in ("button", "link"):
            expect(page.locator("main").get_by_role(role, name=changing)).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Done: Readable task")).to_be_disabled()
    for path in ("customers/new", f"customers/{customer['id']}/edit", "users"):
        page.evaluate("path => { location.hash = '#/' + path }", path)
        expect(page.get_by_text("There is nothing at this address.")).to_be_visible()


def test_an_administrator_adds_a_user(pages, admin, ana):
    page = pages.open(ana, "customers")
    expect(page.get_by_role("link", name="Users")).to_have_count(0)
    page = pages.open(admin, "customers")
    page.get_by_role("link", name="Users").click()
    page.get_by_label("Name", exact=True).fill("Xavier Novo")
    page.get_by_label("User name").fill("xavier")
    page.get_by_label("Password").fill("x")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Role").select_option("reader")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("main").get_by_text("xavier", exact=True)).to_be_visible()


def test_a_session_that_ends_takes_nothing_with_it(pages, crm, ana):
    page = pages.open(crm, "customers/new")
    log_in(page, ana.user)
    page.get_by_role("textbox", name="Name", exact=True).fill("Written before")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Please log in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Written before")).to_be_visible()
