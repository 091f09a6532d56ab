"""What compare.py asks for, in Starlette."""

import asyncio
import contextlib
import os

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.responses import StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

FILE = os.environ["COMPARED_FILE"]
notes = []


@contextlib.asynccontextmanager
async def lifespan(app):
    yield {"started": "yes"}


def shown(request):
    scope = request.scope
    return JSONResponse(
        {
            "method": scope["method"],
            "path": scope["path"],
            "raw_path": scope["raw_path"].decode("latin-1"),
            "root_path": scope["root_path"],
            "query": scope["query_string"].decode("latin-1"),
            "parameters": list(request.query_params.multi_items()),
            "scheme": scope["scheme"],
            "http_version": scope["http_version"],
            "client": scope["client"][0],
            "url": str(request.url),
            "base_url": str(request.base_url),
            "cookies": request.cookies,
            "state": request.state.started,
            "fields": sorted(
                [name.decode("latin-1"), value.decode("latin-1")]
                for name, value in scope["headers"]
                if name.startswith((b"x-test", b"content-type", b"accept", b"user-agent", b"host"))
            ),
        }
    )


async def show(request):
    return shown(request)


async def plain(request):
    return PlainTextResponse("plain")


async def status(request):
    return Response(b"" if request.path_params["number"] in (204, 304) else b"x", request.path_params["number"])


async def echo(request):
    return Response(await request.body(), media_type=request.headers.get("content-type", "application/octet-stream"))


async def form(request):
    async with request.form() as found:
        items = []
        for name, value in found.multi_items():
            if not isinstance(value, str):
                value = [value.filename, value.content_type, len(await value.read())]
            items.append([name, value])
        return JSONResponse(items)


async def headers(request):
    response = PlainTextResponse("headers")
    response.set_cookie("a", "1", path="/")
    response.set_cookie("b", "2", httponly=True)
    response.raw_headers.append((b"x-latin", b"\xe9\xff"))
    response.raw_headers.append((b"x-twice", b"1"))
    response.raw_headers.append((b"x-twice", b"2"))
    response.raw_headers.append((b"x-empty", b""))
    return response


async def redirect(request):
    return RedirectResponse(request.url_for("show", rest="there"))


async def slash(request):
    return PlainTextResponse("slash")


async def stream(request):
    async def pieces():
        for number in range(100):
            yield f"line {number}\n" * 100

    return StreamingResponse(pieces(), media_type="text/plain")


async def fail(request):
    raise ValueError("as asked for")


async def late(request):
    async def pieces():
        yield b"half"
        raise ValueError("as asked for")

    return StreamingResponse(pieces())


async def refuse(request):
    raise HTTPException(418, "a teapot", headers={"x-test": "1"})


async def file(request):
    return FileResponse(FILE, filename="file.txt")


async def background(request):
    return PlainTextResponse("begun", background=BackgroundTask(notes.append, "done"))


async def endless(request):
    async def pieces():
        try:
            while True:
                yield b"piece\n"
                await asyncio.sleep(0.01)
        finally:
            notes.append("endless closed")

    return StreamingResponse(pieces(), background=BackgroundTask(notes.append, "endless over"))


async def quiet(request):
    async def pieces():
        yield b"piece\n"
        try:
            await asyncio.Event().wait()
        finally:
            notes.append("quiet closed")

    return StreamingResponse(pieces())


async def seen(request):
    return JSONResponse(notes)


async def stamp(request, call_next):
    response = await call_next(request)
    response.headers["x-stamp"] = "stamped"
    return response


async def below(request):
    return shown(request)


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/plain", plain),
        Route("/show/{rest:path}", show, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"], name="show"),
        Route("/status/{number:int}", status),
        Route("/echo", echo, methods=["POST", "PUT"]),
        Route("/form", form, methods=["POST"]),
        Route("/headers", headers),
        Route("/redirect", redirect),
        Route("/slash/", slash),
        Route("/stream", stream),
        Route("/fail", fail),
        Route("/late", late),
        Route("/refuse", refuse),
        Route("/file", file),
        Route("/background", background),
        Route("/seen", seen),
        Route("/endless", endless),
        Route("/quiet", quiet),
        Mount("/mounted", routes=[Route("/below/{rest:path}", below)]),
        Mount("/static", StaticFiles(directory=os.path.dirname(FILE))),
    ],
    middleware=[
        Middleware(CORSMiddleware, allow_origins=["http://friend.example"], allow_methods=["GET", "PUT"]),
        Middleware(GZipMiddleware, minimum_size=500),
        Middleware(BaseHTTPMiddleware, dispatch=stamp),
    ],
)
