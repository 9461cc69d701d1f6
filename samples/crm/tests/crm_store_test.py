"""The unit tests of data access, which CTest runs on SQLite, again on a real PostgreSQL."""
import concurrent.futures
import os
import subprocess

from crm_program import PROGRAMS, Crm


def test_the_store_does_the_same_on_postgresql(postgresql):
    environment = os.environ | {"CRM_TEST_DATABASE": postgresql.url()}
    done = subprocess.run(
        [PROGRAMS / "crm_data_test"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_database_that_goes_and_comes_back(postgresql, tmp_path):
    with Crm(postgresql.new_database(), tmp_path) as crm:
        admin = crm.person("admin")
        made = admin.create("customers", name="Kept")
        postgresql.stop()
        try:
            answer = admin.get(f"/api/customers/{made['id']}")
            assert answer.status_code == 503 and answer.json()["error"]["code"] == "unavailable"
        finally:
            postgresql.start()
        assert admin.get(f"/api/customers/{made['id']}").json() == made


def test_programs_that_start_at_one_time_migrate_once(postgresql, tmp_path):
    database = postgresql.new_database()

    def start(number: int) -> int:
        folder = tmp_path / str(number)
        folder.mkdir()
        with Crm(database, folder) as crm:
            return crm.person("admin").get("/api/session").status_code

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        assert list(pool.map(start, range(3))) == [200] * 3
