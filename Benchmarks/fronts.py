"""How other programs are set up that stand where the gateway stands: each writes what it needs into a folder of its own
and says with which command it runs. All listen on 127.0.0.1, and write no access log unless they are told to."""

import os
import pathlib
import shutil
import subprocess


def program(name):
    """Where a server lies that is not on everybody's PATH; None where it is not installed."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin")


def nginx(folder, port, upstream, processes, options="", settings=""):
    """A reverse proxy with as many processes, that keeps its connections to the upstream.

    options stand behind the address to listen on, such as `ssl http2`; settings are further lines of the server.
    """
    user = "user root;" if os.geteuid() == 0 else ""  # By default an account that may not write to the folder.
    own = "\n".join(
        f"    {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(
        f"""\
{user}
daemon off;
worker_processes {processes};
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
{own}
    upstream bench {{
        server {upstream};
        keepalive 64;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} {options};
        {settings}
        keepalive_requests 1000000000;
        location / {{
            proxy_pass http://bench;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""
    )
    return [program("nginx"), "-p", folder, "-e", f"{folder}/error.log", "-c", configuration]


def nchan(folder, port):
    """nginx with one process and the module nchan: one channel, written to by WebSocket and read as server-sent events.

    None where it is not installed.
    """
    module = pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
    if not program("nginx") or not module.exists():
        return None
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(
        f"""\
load_module {module};
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    nchan_message_buffer_length 4096;
    nchan_message_timeout 60s;
    server {{
        listen 127.0.0.1:{port};
        location = /publish {{ nchan_publisher websocket; nchan_channel_id bench; }}
        location = /events {{
            nchan_subscriber eventsource;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
"""
    )
    return [program("nginx"), "-p", folder, "-e", f"{folder}/error.log", "-c", configuration]


def haproxy(folder, port, upstream, threads):
    """A reverse proxy with as many threads (None: as many as it likes), that keeps its connections to the upstream."""
    configuration = pathlib.Path(folder, "haproxy.cfg")
    configuration.write_text(
        f"""\
global
    maxconn 4096
    {f"nbthread {threads}" if threads else ""}
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option http-keep-alive
    http-reuse always
frontend bench
    bind 127.0.0.1:{port}
    default_backend bench
backend bench
    server bench {upstream}
"""
    )
    return [program("haproxy"), "-db", "-f", configuration]


def mongrel2(folder, port, requests, replies, logs=False):
    """A server that pushes requests to one endpoint and is sent replies at another, both over TCP as the gateway's. By
    itself it would write an access log, and leave its parent."""
    for name in ("run", "logs"):
        pathlib.Path(folder, name).mkdir()
    configuration = pathlib.Path(folder, "mongrel2.conf")
    configuration.write_text(
        f"""\
handler = Handler(send_spec='{requests}', send_ident='bench', recv_spec='{replies}', recv_ident='')
server = Server(
    uuid="bench", name="bench", bind_addr="127.0.0.1", port={port}, default_host="127.0.0.1", chroot="{folder}",
    access_log="/logs/access.log", error_log="/logs/error.log", pid_file="/run/mongrel2.pid",
    hosts=[Host(name="127.0.0.1", routes={{'/': handler}})])
settings = {{"disable.access_logging": {0 if logs else 1}, "zeromq.threads": 1, "server.daemonize": 0}}
servers = [server]
"""
    )
    database = f"{folder}/config.sqlite"
    # It asks who is logged in, and takes the variable for an answer where nobody is.
    environment = os.environ | {"LOGNAME": os.environ.get("LOGNAME", "bench")}
    load = ["m2sh", "load", "-config", str(configuration), "-db", database]
    subprocess.run(load, cwd=folder, env=environment, check=True, capture_output=True, timeout=60)
    return [program("mongrel2"), database, "bench"]
