"""A small service that keeps notes in memory."""

from itertools import count

from fastapi import FastAPI, HTTPException, status
from pydantic import BaseModel, Field

app = FastAPI(title="notes", version="1.0.0")


class NewNote(BaseModel):
    title: str = Field(min_length=1, max_length=80)
    text: str = ""


class Note(NewNote):
    id: int


_notes: dict[int, Note] = {}
_numbers = count(1)


@app.get("/health")
def health() -> dict[str, str | int]:
    return {"status": "ok", "notes": len(_notes)}


@app.get("/notes")
def list_notes() -> list[Note]:
    return list(_notes.values())


@app.post("/notes", status_code=status.HTTP_201_CREATED)
def add_note(new: NewNote) -> Note:
    note = Note(id=next(_numbers), **new.model_dump())
    _notes[note.id] = note
    return note


@app.get("/notes/{number}")
def get_note(number: int) -> Note:
    if number not in _notes:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no note {number}")
    return _notes[number]


@app.delete("/notes/{number}", status_code=status.HTTP_204_NO_CONTENT)
def delete_note(number: int) -> None:
    if _notes.pop(number, None) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no note {number}")
