"""What makes the page good to use for everybody: accessibility, widths, focus, states, languages."""
import json
import pathlib
import re

import pytest
from playwright.sync_api import expect

from browsing import DESKTOP, PHONE
from crm import ROOT

WEB = ROOT / "samples" / "crm" / "web"
AXE = ROOT / ".deps" / "axe.min.js"


@pytest.fixture(scope="session")
def paths(ana, bruno):
    """Every page, with something on it."""
    customer = ana.post("customers", name="Ada Example", company="Example", phone="1 23", email="ada@x.example", address="A street\nA town")
    ana.put(f"customers/{customer['id']}", {**customer, "phone": "1 234"})
    of = {"customer_id": customer["id"]}
    contact = ana.post("contacts", **of, name="Bob Example", role="Buyer", phone="555")
    deals = [ana.post("deals", **of, title=f"Deal {stage}", stage=stage, value_cents=120000, close_on="2027-01-31")
             for stage in ("lead", "qualified", "proposal", "won", "lost")]
    task = ana.post("tasks", **of, title="Late task", due_on="2020-01-01")
    ana.post("tasks", **of, title="Done task", done=True)
    note = ana.post("notes", **of, text="Some words\nand more of them")
    ana.send_file("PUT", f"notes/{note['id']}/recording", b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80>\0\0\0}\0\0\2\0\x10\0data\0\0\0\0", "audio/wav")
    return ["customers", f"customers/{customer['id']}", f"customers/{customer['id']}/edit", "customers/new", "customers/import",
            "customers?q=zzzzzz", "contacts", f"contacts/{contact['id']}", "deals", "deals/board", f"deals/{deals[0]['id']}", "tasks?done=all",
            f"tasks/{task['id']}", "notes", f"notes/{note['id']}", "users", "nowhere"]


def visit(page, path: str) -> None:
    """Goes there and waits until it is all there."""
    page.evaluate("path => { location.hash = '#/' + path }", path)
    page.wait_for_function("path => location.hash === '#/' + path && document.querySelector('h1') && !document.querySelector('.loading')", arg=path)


def faults(page) -> list[str]:
    found = page.evaluate("""async (axe) => {
        if (!window.axe) (0, eval)(axe);
        return (await window.axe.run(document, {resultTypes: ['violations']})).violations;
    }""", AXE.read_text())
    return [f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("viewport, scheme, locale", [(DESKTOP, "light", "en-GB"), (PHONE, "dark", "pt-PT")], ids=["desk-light", "phone-dark"])
def test_every_page_is_accessible_and_fits(pages, admin, paths, viewport, scheme, locale):
    page = pages.open(admin, "customers", viewport=viewport, locale=locale, color_scheme=scheme, bypass_csp=True)
    found = []
    for path in paths:
        visit(page, path)
        if path.startswith("customers/") and path[-1].isdigit():
            page.locator("summary").click()
            expect(page.locator(".history li").first).to_be_visible()
        found += [f"{path}: {fault}" for fault in faults(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{path}: {wide} pixels wider than the screen")
    assert not found, "\n".join(found)


def test_logging_in_and_windows_are_accessible(pages, crm, ana):
    page = pages.open(crm, "", bypass_csp=True)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    found = faults(page)
    page = pages.open(ana, "customers", bypass_csp=True)
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    found += faults(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keys")).to_be_focused()
    assert not found, "\n".join(found)


def test_the_keyboard_goes_where_the_eye_goes(pages, ana, paths):
    page = pages.open(ana, "customers")
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Customers")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("ada example")
    page.wait_for_url(re.compile("q=ada"))
    expect(page.locator("tbody tr")).to_have_count(1)
    link = page.get_by_role("link", name="Ada Example")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Example")).to_be_focused()
    expect(page).to_have_title("Ada Example · CRM")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("ada example")


def test_a_list_that_cannot_be_loaded_says_so_and_tries_again(pages, ana):
    page = pages.open(ana, "tasks")
    page.route(re.compile("/api/notes"), lambda route: route.abort())
    visit(page, "notes")
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    expect(page.get_by_text("The server cannot be reached.")).to_have_count(0)


def test_what_could_not_be_saved_stays_and_is_saved_once(pages, ana):
    page = pages.open(ana, "customers/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Once Only")
    page.get_by_role("textbox", name="Add a note", exact=True).fill("a note of it")
    page.route(re.compile("/api/notes"), lambda route: route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The record is saved, but not its note.")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("a note of it")).to_be_visible()
    assert ana.get("customers?q=once+only")["total"] == 1


def test_a_record_that_is_gone_leads_on(pages, ana):
    page = pages.open(ana, "customers/987654321")
    expect(page.get_by_text("Not here any more")).to_be_visible()
    page.get_by_role("link", name="To the customers").click()
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()


def test_an_address_with_a_broken_escape_leads_on(pages, ana):
    page = pages.open(ana, "customers/50%")
    expect(page.get_by_text("There is nothing at this address.")).to_be_visible()
    page.get_by_role("link", name="To the customers").click()
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()


def test_the_page_speaks_portuguese_and_remembers_it(pages, ana):
    page = pages.open(ana, "customers/new", locale="pt-PT")
    expect(page.get_by_role("heading", name="Novo cliente")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "pt"
    name = page.get_by_role("textbox", name="Nome")
    name.fill("Meio escrito")
    page.get_by_role("combobox", name="Idioma").select_option("en")
    expect(page.get_by_role("heading", name="New customer")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Meio escrito")
    page.reload()
    expect(page.get_by_role("heading", name="New customer")).to_be_visible()


def words(code: str) -> dict[str, str]:
    return json.loads((WEB / "i18n" / f"{code}.json").read_text(encoding="utf-8"))


def test_both_dictionaries_have_the_same_keys_and_values():
    english, portuguese = words("en"), words("pt")
    assert english.keys() == portuguese.keys()
    holes = {code: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in table.items()} for code, table in (("en", english), ("pt", portuguese))}
    assert holes["en"] == holes["pt"]
    assert all(text.strip() for text in [*english.values(), *portuguese.values()])


def test_every_text_of_the_page_is_in_the_dictionary():
    known = words("en")
    sources = {path: path.read_text() for path in WEB.rglob("*.js") if "vendor" not in path.parts}
    used = {(path.name, key) for path, text in sources.items() for key in re.findall(r"\bt\('([\w.]+)'", text)}
    missing = {use for use in used if use[1] not in known and f"{use[1]}.other" not in known}
    assert len(used) > 100 and not missing
    # what is put together, such as t(`${resource}.title`), by its pattern
    patterns = {key for text in sources.values() for key in re.findall(r"\bt\(`([^`]+)`", text)}
    shapes = [re.compile("^" + re.sub(r"\\\$\\\{.*?\\\}", r"[\\w.]*", re.escape(pattern)) + r"(\.other)?$") for pattern in patterns]
    for shape in shapes:
        assert any(shape.match(key) for key in known), shape.pattern
    spelled = {key for text in sources.values() for key in re.findall(r"'([\w.]+)'", text)}
    unused = {key for key in known if key.removesuffix(".one").removesuffix(".other") not in {u for _, u in used} | spelled
              and not any(shape.match(key) for shape in shapes)}
    assert not unused, "nothing shows these"
