"""What compare.py asks for, in FastAPI."""

import asyncio
import os
from typing import Annotated

from fastapi import Cookie, Depends, FastAPI, File, Form, Header, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel

FILE = os.environ["COMPARED_FILE"]
app = FastAPI(title="compared")
inner = FastAPI(title="inner")
notes = []


class Item(BaseModel):
    name: str
    price: float
    tags: list[str] = []


def database():
    yield "database"


@app.get("/plain", response_class=PlainTextResponse)
def plain():  # In a thread.
    return "plain"


@app.api_route("/show/{rest:path}", methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
async def show(request: Request, rest: str):
    scope = request.scope
    return {
        "rest": rest,
        "method": scope["method"],
        "path": scope["path"],
        "root_path": scope["root_path"],
        "query": scope["query_string"].decode("latin-1"),
        "url": str(request.url),
        "client": request.client.host,
        "cookies": request.cookies,
        "fields": sorted(
            [name, value] for name, value in request.headers.items() if name.startswith(("x-test", "content-type", "accept"))
        ),
    }


@app.get("/items/{number}")
async def item(
    number: int,
    q: Annotated[list[str] | None, Query()] = None,
    x_test: Annotated[str | None, Header()] = None,
    a: Annotated[str | None, Cookie()] = None,
    connection: Annotated[str, Depends(database)] = "",
):
    return {"number": number, "q": q, "x_test": x_test, "a": a, "connection": connection}


@app.put("/items", status_code=201)
async def put_item(item: Item, response: Response):
    response.headers["location"] = str(app.url_path_for("item", number=7))
    return item


@app.post("/echo")
async def echo(request: Request):
    kind = request.headers.get("content-type", "application/octet-stream")
    return Response(await request.body(), media_type=kind)


@app.post("/form")
async def form(name: Annotated[str, Form()], age: Annotated[int, Form()] = 0):
    return {"name": name, "age": age}


@app.post("/upload")
async def upload(files: Annotated[list[UploadFile], File()]):
    return [[file.filename, file.content_type, len(await file.read())] for file in files]


@app.get("/status/{number}")
async def status(number: int):
    return Response(None if number in (204, 304) else "x", number)


@app.get("/headers")
async def headers(response: Response):
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return "headers"


@app.get("/redirect")
async def redirect():
    return RedirectResponse(app.url_path_for("plain"))


@app.get("/slash/")
async def slash():
    return "slash"


@app.get("/stream")
def stream():
    return StreamingResponse((f"line {number}\n" * 100 for number in range(100)), media_type="text/plain")


@app.get("/fail")
async def fail():
    raise ValueError("as asked for")


@app.get("/late")
async def late():
    def pieces():
        yield b"half"
        raise ValueError("as asked for")

    return StreamingResponse(pieces())


@app.get("/refuse")
async def refuse():
    raise HTTPException(418, "a teapot", headers={"x-test": "1"})


@app.get("/file")
async def file():
    return FileResponse(FILE)


@app.get("/watch")
async def watch(request: Request):
    """Looks again and again whether the client is there."""
    notes.append("watch begun")
    while not await request.is_disconnected():
        await asyncio.sleep(0.01)
    notes.append("watch over")


@app.get("/quiet")
async def quiet():
    async def pieces():
        yield b"piece\n"
        try:
            await asyncio.Event().wait()
        finally:
            notes.append("quiet closed")

    return StreamingResponse(pieces())


@app.get("/seen")
async def seen():
    return notes


@inner.get("/show")
async def inner_show(request: Request):
    return {"root_path": request.scope["root_path"], "path": request.scope["path"], "url": str(request.url)}


app.mount("/inner", inner)
