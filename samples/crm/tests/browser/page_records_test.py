"""Customers, contacts, deals, tasks and notes by keyboard and mouse."""
import re

import pytest
from playwright.sync_api import expect

from browsing import PHONE


def box(page, name: str):
    return page.get_by_role("textbox", name=name, exact=True)


def names(page) -> list[str]:
    return page.locator("tbody .row-link").all_inner_texts()


@pytest.fixture(scope="session")
def many(ana):
    """Thirty customers that sort, search and page: "Fila 01" to "Fila 30". One more is there, which no search for them
    finds: a list of thirty is the answer to a search, and not what was there before it."""
    ana.post("customers", name="Set Apart")
    return [ana.post("customers", name=f"Fila {k:02}", company=f"Côrte {30 - k:02}") for k in range(1, 31)]


def test_a_list_is_searched_sorted_and_paged(pages, ana, many):
    page = pages.open(ana, "customers")
    page.get_by_role("searchbox").fill("corte")  # accents and case are ignored
    expect(page.get_by_text("30 records")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(25)
    assert names(page)[0] == "Fila 01"
    page.get_by_role("button", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.get_by_role("button", name="Company").click()
    expect(page.locator("tbody tr")).to_have_count(25)
    expect(page.get_by_role("columnheader", name="Company")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("tbody .row-link").first).to_have_text("Fila 30")
    page.get_by_role("button", name="Company").click()
    expect(page.locator("tbody .row-link").first).to_have_text("Fila 01")
    # the address holds it all: the same list after loading the page again
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("corte")
    expect(page.locator("tbody .row-link").first).to_have_text("Fila 01")


def test_a_record_is_made_changed_deleted_and_brought_back(pages, ana):
    page = pages.open(ana, "customers/new")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This field must be filled in.")).to_be_visible()
    expect(box(page, "Name")).to_be_focused()
    box(page, "Name").fill("Lia Prado")
    box(page, "E-mail").fill("not an address")
    page.get_by_role("button", name="Save").click()
    expect(box(page, "E-mail")).to_be_focused()  # what the server finds wrong is shown where it is
    expect(box(page, "E-mail")).to_have_attribute("aria-invalid", "true")
    box(page, "E-mail").fill("lia@prado.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Lia Prado")).to_be_focused()

    page.get_by_role("link", name="Edit").click()
    box(page, "Phone").fill("999")
    box(page, "Phone").press("Control+Enter")
    expect(page.get_by_role("link", name="999")).to_be_visible()
    page.get_by_text("History").click()
    expect(page.get_by_text("Phoneempty → 999")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: Lia Prado")).to_be_visible()
    assert ana.get("customers?q=prado")["total"] == 0
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Brought back: Lia Prado")).to_be_visible()
    assert ana.get("customers?q=prado")["items"][0]["phone"] == "999"


def test_what_belongs_to_a_customer_is_added_from_the_customer(pages, ana):
    customer = ana.post("customers", name="Hub Ltd")
    page = pages.open(ana, f"customers/{customer['id']}", viewport=PHONE)
    for kind, title in {"contact": "Name", "deal": "Title", "task": "Title", "note": "Text"}.items():
        page.get_by_role("link", name=f"New {kind}").click()
        expect(page.get_by_role("combobox", name="Customer")).to_have_value("Hub Ltd")
        box(page, title).fill(f"The {kind} of the hub")
        if kind == "deal":
            box(page, "Value").fill("1,250.50")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Hub Ltd")).to_be_visible()
        expect(page.get_by_text(f"The {kind} of the hub", exact=True)).to_be_visible()
    deal = ana.get(f"deals?customer_id={customer['id']}")["items"][0]
    assert (deal["value_cents"], deal["stage"], deal["currency"]) == (125050, "lead", "EUR")
    assert ana.get(f"tasks?customer_id={customer['id']}")["items"][0]["assignee"] == "ana"


def test_all_that_belongs_to_a_customer_is_listed(pages, ana):
    customer = ana.post("customers", name="Long List")
    for k in range(21):
        ana.post("tasks", title=f"Listed {k:02}", customer_id=customer["id"], done=k == 0)
    ana.post("tasks", title="Listed of nobody")
    page = pages.open(ana, f"customers/{customer['id']}")
    page.get_by_role("link", name="21 records").click()
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("21 records")).to_be_visible()
    expect(page.get_by_role("link", name="Long List")).to_be_visible()
    page.get_by_role("searchbox").fill("listed")
    page.wait_for_url(re.compile("q=listed"))
    expect(page.locator("tbody tr")).to_have_count(21)
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("link", name="Listed of nobody")).to_be_visible()


def test_a_customer_is_picked_by_keyboard(pages, ana):
    customer = ana.post("customers", name="Zulmira Ximenes", company="Pick me")
    page = pages.open(ana, "contacts/new")
    box(page, "Name").fill("Somebody")
    picker = page.get_by_role("combobox", name="Customer")
    picker.fill("zulm")
    expect(page.get_by_role("option", name=re.compile("Zulmira Ximenes"))).to_be_visible()
    picker.press("Enter")
    expect(picker).to_have_value("Zulmira Ximenes")
    picker.press("Control+Enter")
    expect(page.get_by_role("heading", name="Zulmira Ximenes")).to_be_visible()
    assert ana.get(f"contacts?customer_id={customer['id']}")["items"][0]["name"] == "Somebody"


def test_a_task_is_ticked_in_the_list(pages, ana):
    task = ana.post("tasks", title="Water the palm", due_on="2020-01-01")
    page = pages.open(ana, "tasks?q=palm")
    expect(page.get_by_text("late")).to_be_visible()
    page.get_by_role("checkbox", name="Done: Water the palm").click()
    expect(page.get_by_text("Nothing matches “palm”")).to_be_visible()  # the list shows what is open
    assert ana.get(f"tasks/{task['id']}")["done"] is True
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="Water the palm")).to_be_visible()


def test_a_page_with_changes_is_not_left_unasked(pages, ana):
    page = pages.open(ana, "customers/new")
    box(page, "Name").fill("Half written")
    page.get_by_role("link", name="Tasks").click()
    page.get_by_role("button", name="Stay here").click()
    expect(box(page, "Name")).to_have_value("Half written")
    page.get_by_role("link", name="Tasks").click()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()


def test_customers_come_in_and_go_out_as_csv(pages, ana, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("name,company,email\r\nCésar Import,Csv & Co,cesar@csv.example\r\n,Nobody,\r\n", encoding="utf-8")
    page = pages.open(ana, "customers/import")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Choose a file first.")).to_be_visible()
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("1 customer was added.")).to_be_visible()
    expect(page.get_by_text("Line 3:")).to_be_visible()
    page.get_by_role("link", name="See the customers").click()
    page.get_by_role("searchbox").fill("cesar")
    expect(page.get_by_role("link", name="César Import")).to_be_visible()
    expect(page.get_by_role("link", name="Export")).to_have_attribute("href", re.compile("q=cesar"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "César Import" in text and "Fila" not in text


def test_amounts_are_read_as_people_write_them(pages, ana):
    page = pages.open(ana, "customers")
    read = page.evaluate("""async (texts) => { const {cents} = await import('/core/format.js'); return texts.map(cents) }""",
                         ["1250", "1250.5", "1,250.50", "1.250,50", "1 250,50", "1.234.567,89", "1.250", "", "abc", "1,2,3", "-5", "12.345", "\u22121\u202f250,50", "--5", "-"])
    assert read == [125000, 125050, 125050, 125050, 125050, 123456789, 125000, 0, None, None, -500, 1234500, -125050, None, None]


def test_a_deal_keeps_an_amount_and_a_currency_that_the_page_does_not_offer(pages, ana):
    customer = ana.post("customers", name="Sågverk")
    deal = ana.post("deals", customer_id=customer["id"], title="Refund", value_cents=-125050, currency="SEK")
    page = pages.open(ana, f"deals/{deal['id']}")
    expect(box(page, "Value")).to_have_value("-1250.50")
    expect(page.get_by_role("combobox", name="Currency")).to_have_value("SEK")
    box(page, "Title").fill("Refunded")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Refunded")).to_be_visible()
    now = ana.get(f"deals/{deal['id']}")
    assert (now["title"], now["value_cents"], now["currency"]) == ("Refunded", -125050, "SEK")
