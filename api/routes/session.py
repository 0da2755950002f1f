"""Who reads on the chat page: the key that its browser keeps, given and taken back there."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.access import Door, given
from api.login import forget, keep
from api.problems import KeyRefused
from qa.keys import LOCAL, SCOPES, Key, Scope
from qa.types import Frozen

router = APIRouter(prefix="/api/session", tags=["access"])


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


DoorDep = Annotated[Door, Depends(_door)]


class Login(Frozen):
    """A key, as `qa keys add` has printed it."""

    key: str


class Session(Frozen):
    """What the client of this request may do, and by which key."""

    needed: bool = Field(description="Whether the server wants keys.")
    key: str | None = Field(description="The name of the key that was sent; null without one.")
    refused: bool = Field(description="Whether what was sent is none of the server's keys.")
    scopes: tuple[Scope, ...]


@router.get("")
async def session(request: Request, door: DoorDep) -> Session:
    """Tell whether a key is needed, and what the one that was sent allows."""
    if not door.locked:
        return Session(needed=False, key=None, refused=False, scopes=SCOPES)
    try:
        secret = given(request.scope["headers"])
    except KeyRefused:
        return _of(None, refused=True)
    key = None if secret is None else door.find(secret)
    return _of(key, refused=secret is not None and key is None)


@router.post("")
async def begin(login: Login, request: Request, response: Response, door: DoorDep) -> Session:
    """Let the browser keep a key, out of reach of scripts."""
    secret = login.key.strip()
    key = door.find(secret)
    if key is None or key.name == LOCAL:
        raise KeyRefused(
            "This is none of the server's keys.",
            "Check it for missing characters, or have a new one made: `qa keys add NAME`",
        )
    keep(response, secret, request)
    return _of(key, refused=False)


@router.delete("", status_code=HTTPStatus.NO_CONTENT)
async def end(response: Response) -> None:
    """Have the browser forget its key."""
    forget(response)


def _of(key: Key | None, *, refused: bool) -> Session:
    scopes = key.scopes if key else frozenset()
    return Session(
        needed=True,
        key=key and key.name,
        refused=refused,
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
    )
