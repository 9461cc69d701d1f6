"""Deals by stage: with the mouse, with the keyboard, on a phone."""
import pytest
from playwright.sync_api import expect

from browsing import PHONE
from crm import wait_until


@pytest.fixture
def deal(ana):
    customer = ana.post("customers", name="Board & Sons")
    return ana.post("deals", customer_id=customer["id"], title=f"Deal {customer['id']}", stage="lead", value_cents=990000, currency="EUR")


def column(page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def stage_is(ana, deal, stage):
    wait_until(lambda: ana.get(f"deals/{deal['id']}")["stage"] == stage, f"deal {deal['id']} in {stage}")


def test_a_card_is_moved_by_keyboard_and_keeps_the_focus(pages, ana, deal):
    page = pages.open(ana, "deals/board")
    card = column(page, "Lead").get_by_role("link", name=deal["title"])
    card.focus()
    card.press("Shift+ArrowRight")
    moved = column(page, "Qualified").get_by_role("link", name=deal["title"])
    expect(moved).to_be_focused()
    expect(page.get_by_role("list", name="Messages")).to_contain_text(f"{deal['title']} is now in “Qualified”")
    moved.press("Shift+ArrowLeft")
    expect(column(page, "Lead").get_by_role("link", name=deal["title"])).to_be_focused()
    stage_is(ana, deal, "lead")


def test_a_card_is_moved_by_its_choice_on_a_phone(pages, ana, deal):
    page = pages.open(ana, "deals/board", viewport=PHONE)
    page.get_by_role("combobox", name=f"Stage of {deal['title']}").select_option("won")
    expect(column(page, "Won").get_by_role("link", name=deal["title"])).to_be_visible()
    stage_is(ana, deal, "won")


def test_a_card_is_dragged(pages, ana, deal):
    page = pages.open(ana, "deals/board")
    page.locator(f"[data-deal='{deal['id']}']").drag_to(column(page, "Proposal"))
    expect(column(page, "Proposal").get_by_role("link", name=deal["title"])).to_be_visible()
    stage_is(ana, deal, "proposal")


def test_another_s_change_of_the_deal_survives_a_move(pages, ana, bruno, deal):
    page = pages.open(ana, "deals/board")
    choice = page.get_by_role("combobox", name=f"Stage of {deal['title']}")
    expect(choice).to_be_visible()
    bruno.put(f"deals/{deal['id']}", {**deal, "value_cents": 123})
    choice.select_option("lost")
    expect(column(page, "Lost").get_by_role("link", name=deal["title"])).to_be_visible()
    now = ana.get(f"deals/{deal['id']}")
    assert (now["stage"], now["value_cents"]) == ("lost", 123)


def test_a_deal_that_another_moved_is_not_moved_over(pages, ana, bruno, deal):
    page = pages.open(ana, "deals/board")
    choice = page.get_by_role("combobox", name=f"Stage of {deal['title']}")
    expect(choice).to_be_visible()
    bruno.put(f"deals/{deal['id']}", {**deal, "stage": "won"})
    choice.select_option("lost")
    expect(page.get_by_text("bruno changed this meanwhile.")).to_be_visible()
    expect(column(page, "Won").get_by_role("link", name=deal["title"])).to_be_visible()
    stage_is(ana, deal, "won")
