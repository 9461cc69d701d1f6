"""Two people and one record."""
import re

import pytest
from playwright.sync_api import expect


def box(page, name: str):
    return page.get_by_role("textbox", name=name, exact=True)


@pytest.fixture
def contested(ana):
    return ana.post("customers", name="Shared", company="Old", phone="1", email="old@x.example")


def start(pages, ana, bruno, contested, theirs: dict):
    """Ana changed the phone and the company; Bruno saved `theirs` before she did."""
    page = pages.open(ana, f"customers/{contested['id']}/edit")
    box(page, "Phone").fill("2")
    box(page, "Company").fill("Ana's")
    bruno.put(f"customers/{contested['id']}", {**contested, **theirs})
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("bruno changed this record")
    return page, dialog


def test_both_versions_are_shown_and_each_field_is_chosen(pages, ana, bruno, contested):
    page, dialog = start(pages, ana, bruno, contested, {"phone": "3", "email": "new@x.example"})
    expect(dialog.get_by_role("group", name="Phone")).to_contain_text("It was: 1")
    save = dialog.get_by_role("button", name="Save this")
    expect(save).to_be_disabled()
    expect(dialog.get_by_text("E-mail → new@x.example")).to_be_visible()  # he alone changed it
    expect(dialog.get_by_text("Company → Ana's")).to_be_visible()  # she alone changed it
    dialog.get_by_role("radio", name=re.compile("From bruno")).check()
    save.click()
    expect(page.get_by_role("heading", name="Shared", exact=True)).to_be_visible()
    now = ana.get(f"customers/{contested['id']}")
    assert (now["phone"], now["company"], now["email"]) == ("3", "Ana's", "new@x.example")


def test_one_s_own_version_can_be_kept(pages, ana, bruno, contested):
    page, dialog = start(pages, ana, bruno, contested, {"phone": "3"})
    dialog.get_by_role("radio", name=re.compile("Yours")).check()
    dialog.get_by_role("button", name="Save this").click()
    expect(page.get_by_role("heading", name="Shared", exact=True)).to_be_visible()
    assert ana.get(f"customers/{contested['id']}")["phone"] == "2"


def test_a_third_change_in_between_is_a_conflict_again(pages, ana, bruno, contested):
    page, dialog = start(pages, ana, bruno, contested, {"phone": "3"})
    newest = bruno.get(f"customers/{contested['id']}")
    bruno.put(f"customers/{contested['id']}", {**newest, "phone": "4"})
    dialog.get_by_role("radio", name=re.compile("Yours")).check()
    dialog.get_by_role("button", name="Save this").click()
    expect(dialog.get_by_role("radio", name=re.compile("From bruno"))).to_be_visible()
    expect(dialog.get_by_role("group", name="Phone")).to_contain_text("It was: 3")
    dialog.get_by_role("button", name="Back to my form").click()
    expect(box(page, "Phone")).to_have_value("2")
    expect(box(page, "Company")).to_have_value("Ana's")


def test_a_record_deleted_meanwhile_can_be_saved_as_new(pages, ana, bruno, contested):
    page = pages.open(ana, f"customers/{contested['id']}/edit")
    box(page, "Phone").fill("77")
    bruno.delete(f"customers/{contested['id']}?version={contested['version']}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody deleted this record meanwhile.")).to_be_visible()
    page.get_by_role("button", name="Save as a new record").click()
    expect(page.get_by_role("link", name="77")).to_be_visible()


def test_fields_are_merged(pages, crm):
    cases = [("1", "2", "1", "mine"), ("1", "1", "2", "theirs"), ("1", "2", "3", "both"), ("1", "2", "2", "same"),
             (None, "", "x", "theirs"), ("", None, "", None), ("1", "", "", "same")]
    page = pages.open(crm, "")
    kinds = page.evaluate("""async (cases) => {
        const {merge} = await import('/core/merge.js');
        return cases.map(([base, mine, theirs]) => merge(['f'], {f: base}, {f: mine}, {f: theirs})[0]?.kind ?? null);
    }""", cases)
    assert kinds == [kind for *_, kind in cases]
