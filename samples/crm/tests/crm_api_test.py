"""The REST API as the page uses it, on SQLite and on PostgreSQL."""
import concurrent.futures
import time

import pytest
import requests

from crm_program import PASSWORD, Crm, Person


@pytest.fixture(scope="session")
def ana(crm) -> Person:
    return crm.person("ana")


def refused(answer, status: int, code: str, field: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code and error["message"]
    assert error.get("field") == field
    return answer.json()


def test_log_in_sets_a_cookie_that_scripts_cannot_read(crm):
    answer = requests.post(f"{crm.url}/api/session", json={"user": "Ana", "password": PASSWORD}, timeout=30)
    assert answer.json()["user"] == "ana" and answer.json()["role"] == "sales" and answer.json()["csrf"]
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    over_tls = {"X-Forwarded-Proto": "https"}
    answer = requests.post(
        f"{crm.url}/api/session", json={"user": "ana", "password": PASSWORD}, headers=over_tls, timeout=30
    )
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_nothing_is_told_without_a_log_in(crm):
    for path in ("session", "customers", "customers/1", "customers.csv", "users", "dictation", "notes/1/recording"):
        refused(requests.get(f"{crm.url}/api/{path}", timeout=30), 401, "unauthorized")
    refused(requests.get(f"{crm.url}/api/customers", cookies={"crm_session": "0" * 64}, timeout=30), 401, "unauthorized")
    assert requests.get(f"{crm.url}/health", timeout=30).json() == {"status": "ok", "dictation": False}


def test_a_session_ends_with_log_out(crm):
    ana = crm.person("ana")
    assert ana.get("/api/session").json()["csrf"] == ana.token
    cookie = ana.cookies.get_dict()
    assert ana.delete("/api/session").status_code == 204
    refused(ana.get("/api/session", cookies=cookie), 401, "unauthorized")


def test_a_change_needs_the_token_of_its_session(crm, ana):
    other = crm.person("rui")
    for token in (None, "", "x", other.token):
        headers = {"X-CSRF-Token": token}
        refused(ana.post("/api/customers", json={"name": "A"}, headers=headers), 403, "forbidden")
        refused(ana.delete("/api/session", headers=headers), 403, "forbidden")


def assert_slowed(guess) -> None:
    """The sixth guess is refused, unless it came when the wait of a second was over already: then the next, whose wait is
    twice as long, and so on."""
    assert [guess(str(i)) for i in range(4)] == [401] * 4
    before = time.monotonic()
    assert guess("fifth") == 401
    for wait_s in (1, 2, 4, 8, 16):
        failed, before = before, time.monotonic()
        status = guess("next")
        if status == 429:
            return
        assert status == 401
        assert time.monotonic() - failed >= wait_s, "it was to wait"
    raise AssertionError("never slowed")


def test_guessing_is_slowed(crm):
    def guess(password: str) -> int:
        body = {"user": "nobody", "password": password}
        return requests.post(f"{crm.url}/api/session", json=body, timeout=30).status_code

    assert_slowed(guess)


def test_a_name_with_a_nul_is_nobody_and_is_slowed_too(crm):
    def guess(user: str) -> int:
        body = {"user": user, "password": PASSWORD}
        return requests.post(f"{crm.url}/api/session", json=body, timeout=30).status_code

    assert_slowed(lambda text: guess(f"ana\0{text}"))


def test_another_site_cannot_log_anybody_in(crm):
    def log_in(**headers: str) -> int:
        body = {"user": "ana", "password": PASSWORD}
        return requests.post(f"{crm.url}/api/session", json=body, headers=headers, timeout=30).status_code

    assert log_in(**{"Sec-Fetch-Site": "cross-site"}) == 403
    assert log_in(Origin="https://evil.example") == 403
    assert log_in(Origin=crm.url) == 200
    assert log_in(**{"Sec-Fetch-Site": "same-origin"}) == 200


def test_a_proxy_that_is_trusted_tells_who_guesses(tmp_path):
    def guess(crm: Crm, client: str) -> int:
        body = {"user": "nobody", "password": "x"}
        headers = {"X-Forwarded-For": f"9.9.9.9, {client}"}
        return requests.post(f"{crm.url}/api/session", json=body, headers=headers, timeout=30).status_code

    with Crm(f"sqlite:{tmp_path}/trusting.db", tmp_path, "--trusted-proxy", "10.0.0.0/8,127.0.0.1") as crm:
        assert [guess(crm, "1.1.1.1") for _ in range(6)] == [401] * 5 + [429]
        assert guess(crm, "2.2.2.2") == 401, "somebody else behind the same proxy"
    with Crm(f"sqlite:{tmp_path}/plain.db", tmp_path) as crm:
        assert [guess(crm, f"1.1.1.{i}") for i in range(6)] == [401] * 5 + [429], "anybody can write a header"


def test_a_role_is_held_to(crm, ana):
    made = {"user": "new", "name": "New", "role": "admin", "password": PASSWORD}
    refused(ana.post("/api/users", json=made), 403, "forbidden")
    refused(ana.get("/api/users"), 403, "forbidden")
    eva = crm.person("eva")
    customer = ana.create("customers", name="Seen by Eva")
    assert eva.get(f"/api/customers/{customer['id']}").status_code == 200
    refused(eva.post("/api/customers", json={"name": "A"}), 403, "forbidden")
    refused(eva.put(f"/api/customers/{customer['id']}", json=customer), 403, "forbidden")
    refused(eva.delete(f"/api/customers/{customer['id']}?version=1"), 403, "forbidden")
    refused(eva.post("/api/customers/import", data="name\nA"), 403, "forbidden")
    fill = {"text": "name A", "language": "en", "record": "customers"}
    refused(eva.post("/api/dictation/fill", json=fill), 403, "forbidden")
    admin = crm.person("admin")
    assert "ana" in [user["user"] for user in admin.get("/api/users").json()["items"]]
    refused(admin.post("/api/users", json=made | {"password": "short"}), 400, "invalid", "password")


def test_every_kind_is_made_read_changed_and_deleted(ana):
    customer = ana.create("customers", name="Kinds", email="kinds@example.com")["id"]
    for kind, fields, changed in (
        ("contacts", {"customer_id": customer, "name": "Ana"}, {"role": "chief"}),
        ("deals", {"customer_id": customer, "title": "Boat", "value_cents": 5}, {"stage": "won", "close_on": "2027-01-31"}),
        ("notes", {"customer_id": customer, "text": "one\ntwo"}, {"text": "three"}),
        ("tasks", {"title": "ring"}, {"done": True, "customer_id": customer}),
    ):
        made = ana.create(kind, **fields)
        assert made["version"] == 1 and made["created_at"] == made["updated_at"]
        assert {name: made[name] for name in fields} == fields
        assert ana.get(f"/api/{kind}/{made['id']}").json() == made
        after = ana.put(f"/api/{kind}/{made['id']}", json=made | changed)
        assert after.status_code == 200, after.text
        assert after.json() == made | changed | {"version": 2, "updated_at": after.json()["updated_at"]}
        assert ana.found(kind, customer_id=customer)[0]["id"] == made["id"]
        assert ana.delete(f"/api/{kind}/{made['id']}?version=2").status_code == 200
        refused(ana.get(f"/api/{kind}/{made['id']}"), 404, "not_found")
        history = ana.get(f"/api/{kind}/{made['id']}/history").json()["items"]
        assert [entry["action"] for entry in history] == ["delete", "change", "create"]


def test_lists_are_searched_sorted_and_paged(ana):
    for name in ("Zacarias Çelik", "ÇAĞLA", "celeste"):
        ana.create("customers", name=name, company="Paging")
    assert [one["name"] for one in ana.found("customers", q="CEL paging")] == ["celeste", "Zacarias Çelik"]
    page = ana.get("/api/customers?q=paging&sort=-name&page=2&size=2&stage=").json()
    assert [one["name"] for one in page["items"]] == ["ÇAĞLA"]
    assert (page["page"], page["size"], page["total"]) == (2, 2, 3)
    refused(ana.get("/api/customers?sort=password"), 400, "invalid", "sort")
    refused(ana.get("/api/customers?size=1000"), 400, "invalid", "size")
    refused(ana.get("/api/customers?page=x"), 400, "invalid", "page")
    refused(ana.get("/api/customers?stage=won"), 400, "invalid", "stage")


def test_two_people_on_one_record_get_a_conflict(crm, ana):
    rui = crm.person("rui")
    seen = ana.create("customers", name="Both")
    path = f"/api/customers/{seen['id']}"
    assert rui.put(path, json=seen | {"phone": "1"}).status_code == 200
    told = refused(ana.put(path, json=seen | {"phone": "2"}), 409, "conflict")
    assert told["current"]["phone"] == "1" and told["current"]["version"] == 2 and told["changed_by"] == "rui"
    assert told["changed_at"] == told["current"]["updated_at"]
    refused(ana.delete(f"{path}?version=1"), 409, "conflict")
    refused(ana.put(path, json={"phone": "2"}), 400, "invalid", "version")
    refused(ana.delete(path), 400, "invalid", "version")


def test_of_many_changes_at_once_exactly_one_wins(crm, ana):
    seen = ana.create("customers", name="Many")
    people = [crm.person("ana") for _ in range(8)]

    def change(person: Person) -> int:
        return person.put(f"/api/customers/{seen['id']}", json=seen | {"phone": person.token[:20]}).status_code

    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        statuses = sorted(pool.map(change, people))
    assert statuses == [200] + [409] * 7
    assert ana.get(f"/api/customers/{seen['id']}").json()["version"] == 2


def test_undo_brings_a_customer_back_with_all_that_belongs_to_it(ana):
    customer = ana.create("customers", name="Gone")
    note = ana.create("notes", customer_id=customer["id"], text="kept")
    undo = ana.delete(f"/api/customers/{customer['id']}?version=1").json()["undo"]
    assert ana.found("customers", q="gone") == []
    refused(ana.get(f"/api/notes/{note['id']}"), 404, "not_found")
    assert ana.post(f"/api/undo/{undo}").json() == customer
    assert ana.get(f"/api/notes/{note['id']}").json() == note
    refused(ana.post(f"/api/undo/{undo}"), 404, "not_found")


def test_csv_goes_out_and_comes_back(ana):
    ana.create("customers", name='"Quoted", Inc', phone="+55 11", company="Csv")
    answer = ana.get("/api/customers.csv?q=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[1].split(",", 1)[1] == '"""Quoted"", Inc",Csv,\'+55 11,,'
    headers = {"Content-Type": "text/csv"}
    again = ana.post("/api/customers/import", data=answer.text.encode(), headers=headers).json()
    assert again == {"created": 0, "updated": 0, "errors": []}
    mixed = "name,email\r\nNew,new@example.com\r\nBad,nonsense\r\n"
    told = ana.post("/api/customers/import", data=mixed, headers=headers).json()
    assert (told["created"], told["updated"]) == (1, 0)
    assert [error["line"] for error in told["errors"]] == [3]
    assert "Bad" not in [one["name"] for one in ana.found("customers", q="bad")]
    refused(ana.post("/api/customers/import", data="nmae\nx", headers=headers), 400, "invalid")


def test_a_recording_is_kept_with_its_note(ana):
    customer = ana.create("customers", name="Spoken")["id"]
    note = ana.create("notes", customer_id=customer, text="spoken")
    path = f"/api/notes/{note['id']}/recording"
    refused(ana.get(path), 404, "not_found")
    wav = b"RIFF\x04\0\0\0WAVE" + bytes(range(256)) * 8000  # 2 MB: more than any other body may have
    assert ana.put(path, data=wav, headers={"Content-Type": "audio/wav"}).status_code == 204
    answer = ana.get(path)
    assert answer.content == wav and answer.headers["Content-Type"] == "audio/wav"
    assert ana.get(f"/api/notes/{note['id']}").json()["has_recording"] is True
    refused(ana.put(path, data=b"<script>", headers={"Content-Type": "audio/wav"}), 400, "invalid")


def test_wrong_values_are_named(ana):
    for fields, field in (
        ({}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A\u0000B"}, "name"),
        ({"name": "A", "email": "nonsense"}, "email"),
        ({"name": "A", "nmae": "B"}, "nmae"),
        ({"name": ["A"]}, "name"),
    ):
        refused(ana.post("/api/customers", json=fields), 400, "invalid", field)
    refused(ana.post("/api/notes", json={"customer_id": 10**9, "text": "x"}), 400, "invalid", "customer_id")
    for body in (b"", b"{", b"[]", b"\xff", b'{"name": "\xff"}', b"[" * 10000):
        refused(ana.post("/api/customers", data=body), 400, "invalid")


def test_text_of_people_is_text(ana):
    evil = "<script>alert(1)</script> '); DROP TABLE customers; -- \\ %_"
    made = ana.create("customers", name=evil)
    assert ana.found("customers", q=evil)[0]["id"] == made["id"]
    assert ana.get(f"/api/customers/{made['id']}").headers["Content-Type"] == "application/json"


def test_dictation_fills_fields_and_saves_nothing(ana):
    before = ana.get("/api/customers").json()["total"]
    text = (
        "name Maria Souza, company Acme, phone five five five one two three four, "
        "email maria at acme dot com, note call back on Monday"
    )
    answer = ana.post("/api/dictation/fill", json={"text": text, "language": "en", "record": "customers"})
    assert answer.json() == {
        "fields": {
            "name": "Maria Souza",
            "company": "Acme",
            "phone": "5551234",
            "email": "maria@acme.com",
            "note": "call back on Monday",
        },
        "rest": "",
    }
    assert ana.get("/api/customers").json()["total"] == before
    task = {"text": "task call due tomorrow", "language": "en", "record": "tasks", "today": "2027-12-31"}
    assert ana.post("/api/dictation/fill", json=task).json()["fields"]["due_on"] == "2028-01-01"
    refused(ana.post("/api/dictation/fill", json=task | {"today": "2027-02-30"}), 400, "invalid", "today")
    refused(ana.post("/api/dictation/fill", json={"text": "x", "language": "fr", "record": "customers"}), 400, "invalid", "language")


def test_a_second_program_on_the_database_has_everything(crm, tmp_path):
    ana = crm.person("ana")
    made = ana.create("customers", name="Still there")
    with Crm(crm.database, tmp_path) as second:
        assert second.person("ana").get(f"/api/customers/{made['id']}").json() == made
        ana.url = second.url
        assert ana.get("/api/session").status_code == 200, "sessions are kept in the database"
