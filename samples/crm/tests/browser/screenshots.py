#!/usr/bin/env python3
"""Pictures of every page, at the width of a phone and of a desk.

    .deps/python/bin/python samples/crm/tests/browser/screenshots.py [FOLDER] [--dark]

Writes docs/images/crm/NAME-phone.png and NAME-desktop.png; with --dark, what a system set to dark shows. The CRM must be built.
"""
import argparse
import pathlib
import tempfile

from PIL import Image
from playwright.sync_api import expect, sync_playwright

import sample_data
from browsing import DESKTOP, PHONE, Pages, hum, launch
from crm import ROOT, Client, Crm, user_of
from fake_speech import FakeSpeech

SPOKEN = ("name Nuno Faria", "company Faria Vinhos", "phone five five five two zero one", "note wants a tasting in May", "with the new labels")


def shrink(path: pathlib.Path) -> None:
    """To a palette: the pages have few colours, and the file becomes a third."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def conflict(page, record: dict, other: Client) -> None:
    expect(page.get_by_role("textbox", name="Company")).to_have_value(record["company"])
    page.get_by_role("textbox", name="Phone").fill("+351 912 345 600")
    page.get_by_role("textbox", name="Address").fill("Praça da República 3, 4700 Braga")
    other.put(f"customers/{record['id']}", {**record, "phone": "+351 912 000 111", "company": f"{record['company']}, Lda."})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("radio").first.check()


def history(page) -> None:
    page.get_by_text("History").click()
    page.locator(".history li").last.scroll_into_view_if_needed()


def dictate(page, speech) -> None:
    speech.script(*SPOKEN, pause_after=21)
    page.get_by_role("button", name="Speak the whole record").click()
    expect(page.locator(".transcript")).to_contain_text("with the")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "docs" / "images" / "crm")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, FakeSpeech() as speech, sync_playwright() as playwright:
        folder = pathlib.Path(scratch)
        with Crm(folder, speech.url) as crm:
            admin = Client(crm)
            sales, other = user_of(admin, "sales", "Ana Reis"), user_of(admin, "sales", "Bruno Dias")
            records = sample_data.fill(sales, other)
            user_of(admin, "reader", "Rita Gomes")
            browser = launch(playwright, hum(folder / "hum.wav", seconds=8))
            maria = records["customers"][0]["id"]
            for width, viewport in {"phone": PHONE, "desktop": DESKTOP}.items():
                contested = records["customers"][2 if width == "phone" else 8]
                shots = [  # name, who, path, what is done before the picture
                    ("login", crm, "", None), ("customers", sales, "customers", None), ("customer", sales, f"customers/{maria}", None),
                    ("history", sales, f"customers/{maria}", history),
                    ("edit", sales, f"customers/{maria}/edit", None),
                    ("dictation", sales, "customers/new", lambda page: dictate(page, speech)),
                    ("conflict", sales, f"customers/{contested['id']}/edit", lambda page: conflict(page, contested, other)),
                    ("contacts", sales, "contacts", None), ("board", sales, "deals/board", None), ("deals", sales, "deals", None),
                    ("deal", sales, f"deals/{records['deals'][0]['id']}", None),
                    ("tasks", sales, "tasks", None), ("notes", sales, "notes", None), ("import", sales, "customers/import", None),
                    ("users", admin, "users", None), ("nothing-found", sales, "customers?q=zebra", None),
                ]
                for name, who, path, act in shots:
                    pages = Pages(browser)
                    page = pages.open(who, path, viewport, own=True, color_scheme="dark" if options.dark else "light",
                                      is_mobile=width == "phone", has_touch=width == "phone")
                    page.wait_for_selector("h1")
                    if act:
                        act(page)
                    page.wait_for_load_state("networkidle") if name != "dictation" else None
                    target = options.folder / f"{name}-{width}.png"
                    page.screenshot(path=target)
                    shrink(target)
                    pages.close()
            browser.close()
    sizes = [path.stat().st_size for path in options.folder.glob("*.png")]
    print(f"{len(sizes)} pictures in {options.folder}, {sum(sizes) // 1024} KB, the largest {max(sizes) // 1024} KB")


if __name__ == "__main__":
    main()
