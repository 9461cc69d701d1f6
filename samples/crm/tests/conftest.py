import pytest

from crm_program import Crm, PASSWORD
from fake_speech import FakeSpeech
from postgresql import Postgresql


@pytest.fixture(scope="session")
def postgresql():
    """PostgreSQL of Debian in a folder of its own, as a user that is not root, for as long as the tests run."""
    with Postgresql() as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def crm(request, tmp_path_factory):
    """The program on each of its two databases, with the users admin, ana (sales) and eva (reader)."""
    if request.param == "sqlite":
        database = f"sqlite:{tmp_path_factory.mktemp('crm')}/crm.db"
    else:
        database = request.getfixturevalue("postgresql").new_database()
    with Crm(database, tmp_path_factory.mktemp("crm")) as running:
        admin = running.person("admin")
        for user, role in (("ana", "sales"), ("rui", "sales"), ("eva", "reader")):
            made = {"user": user, "name": user.title(), "role": role, "password": PASSWORD}
            assert admin.post("/api/users", json=made).status_code == 201
        yield running


@pytest.fixture
def speech():
    """A speech service that says what the test tells it to."""
    with FakeSpeech() as running:
        yield running


@pytest.fixture
def crm_with_speech(speech, tmp_path):
    with Crm(f"sqlite:{tmp_path}/crm.db", tmp_path, "--speech", speech.url) as running:
        yield running
