from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_notes_can_be_added_read_and_deleted():
    note = client.post("/notes", json={"title": "milk", "text": "two bottles"}).json()
    assert client.get(f"/notes/{note['id']}").json() == note
    assert client.delete(f"/notes/{note['id']}").status_code == 204
    assert client.get(f"/notes/{note['id']}").status_code == 404


def test_a_note_needs_a_title():
    assert client.post("/notes", json={"title": ""}).status_code == 422


def test_health():
    assert client.get("/health").json()["status"] == "ok"
