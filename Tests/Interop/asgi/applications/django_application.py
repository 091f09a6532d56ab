"""What compare.py asks for, in Django."""

import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import path, re_path, reverse

FILE = os.environ["COMPARED_FILE"]

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    SECRET_KEY="only for tests",
    ROOT_URLCONF=__name__,
    APPEND_SLASH=True,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    LOGGING_CONFIG=None,
    DATA_UPLOAD_MAX_MEMORY_SIZE=10_000_000,
)
django.setup()


def show(request, rest):
    return JsonResponse(
        {
            "rest": rest,
            "method": request.method,
            "path": request.path,
            "path_info": request.path_info,
            "script_name": request.META["SCRIPT_NAME"],
            "query": request.META["QUERY_STRING"],
            "parameters": {name: request.GET.getlist(name) for name in request.GET},
            "scheme": request.scheme,
            "host": request.get_host(),
            "url": request.build_absolute_uri(),
            "client": request.META["REMOTE_ADDR"],
            "cookies": request.COOKIES,
            "reversed": reverse("show", args=["there"]),
            "fields": {
                name: value for name, value in request.headers.items() if name.startswith(("X-Test", "Content-Type", "Accept"))
            },
        }
    )


def plain(request):
    return HttpResponse("plain", content_type="text/plain")


async def plain_async(request):
    return HttpResponse("plain", content_type="text/plain")


def status(request, number):
    return HttpResponse(b"" if number in (204, 304) else b"x", status=number)


def echo(request):
    return HttpResponse(request.body, content_type=request.META.get("CONTENT_TYPE") or "application/octet-stream")


def form(request):
    fields = [[name, request.POST.getlist(name)] for name in request.POST]
    files = [[name, file.name, file.content_type, len(file.read())] for name, file in request.FILES.items()]
    return JsonResponse([fields, files], safe=False)


def headers(request):
    response = HttpResponse("headers")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2", httponly=True)
    response["x-latin"] = "\xe9"
    response["x-empty"] = ""
    return response


def redirect(request):
    return HttpResponseRedirect(reverse("show", args=["there"]))


def stream(request):
    return StreamingHttpResponse((f"line {number}\n" * 100 for number in range(100)), content_type="text/plain")


async def stream_async(request):
    async def pieces():
        for number in range(100):
            yield f"line {number}\n" * 100

    return StreamingHttpResponse(pieces(), content_type="text/plain")


def fail(request):
    raise ValueError("as asked for")


async def late(request):
    async def pieces():
        yield b"half"
        raise ValueError("as asked for")

    return StreamingHttpResponse(pieces())


def refuse(request):
    raise Http404("no")


def file(request):
    return FileResponse(open(FILE, "rb"))


def token(request):
    return HttpResponse("token" if get_token(request) else "")


urlpatterns = [
    re_path(r"^show/(.*)$", show, name="show"),
    path("plain", plain),
    path("plain-async", plain_async),
    path("status/<int:number>", status),
    path("echo", echo),
    path("form", form),
    path("headers", headers),
    path("redirect", redirect),
    path("slash/", plain),
    path("stream", stream),
    path("stream-async", stream_async),
    path("fail", fail),
    path("late", late),
    path("refuse", refuse),
    path("file", file),
]

app = get_asgi_application()
