"""Stands in for the kubelet: runs pods of one container by podman, as their specification says, each in a network of its
own; asks for readiness; replaces them one by one when their specification is another."""
import ctypes
import hashlib
import http.client
import json
import os
import socket
import subprocess
import threading
import time

LIMIT_S = 60
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def podman(*arguments) -> str:
    done = subprocess.run(["podman", *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def port_of(container: dict, port: int | str) -> int:
    return port if isinstance(port, int) else next(one["containerPort"] for one in container["ports"] if one["name"] == port)


def mark_of(pod: dict) -> str:
    return hashlib.sha256(json.dumps(pod, sort_keys=True).encode()).hexdigest()[:12]


def running(workload: str, pod: dict | None = None) -> list[str]:
    """The pods of a workload, or those of them that are of this specification."""
    labels = [f"workload={workload}"] + ([f"specification={mark_of(pod)}"] if pod else [])
    return podman("ps", "-q", *(f"--filter=label={label}" for label in labels)).split()


def options(pod: dict, container: dict) -> list[str]:
    """Rights, limits and settings; what is not known here is an error, so that nothing is passed over."""
    rights = container["securityContext"]
    user = pod["securityContext"]
    assert user["runAsNonRoot"] and user["runAsUser"] > 0 and user["seccompProfile"]["type"] == "RuntimeDefault"
    limits = container["resources"]["limits"]
    given = ["--user", f"{user['runAsUser']}:{user['runAsGroup']}", "--cpus", limits["cpu"], "--memory", limits["memory"].removesuffix("i").lower()]
    given += [f"--cap-drop={capability.lower()}" for capability in rights["capabilities"]["drop"]]
    if rights["readOnlyRootFilesystem"]:
        given += ["--read-only", "--read-only-tmpfs=false"]
    if not rights["allowPrivilegeEscalation"]:
        given += ["--security-opt", "no-new-privileges"]
    for variable in container.get("env", []):
        given += ["--env", f"{variable['name']}={variable['value']}"]
    return given


def start(name: str, pod: dict) -> None:
    (container,) = pod["containers"]
    assert not pod.get("volumes") and not pod.get("initContainers"), "no page asks for these"
    if subprocess.run(["podman", "image", "exists", container["image"]], timeout=LIMIT_S).returncode != 0:
        podman("pull", "-q", container["image"])
    labels = ["--label", f"workload={name}", "--label", f"specification={mark_of(pod)}"]
    started = podman("run", "-d", "--network", "none", "--stop-timeout", pod["terminationGracePeriodSeconds"], *labels, *options(pod, container), container["image"])
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        wait_for(started, port_of(container, asked["port"]), asked["path"])


def roll_out(name: str, replicas: int, pod: dict) -> None:
    """As many as are asked for, of this specification; a new one is ready before an old one is ended."""
    current = running(name, pod)
    old = [one for one in running(name) if one not in current]
    for _ in range(replicas - len(current)):
        start(name, pod)
        if old:  # it drains while others go on
            subprocess.Popen(["podman", "rm", "-f", "-t", "30", old.pop()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def socket_in(container: str) -> socket.socket:
    """One that connects from within a pod, as a kubelet's and `port-forward`'s do."""
    process = podman("inspect", "-f", "{{.State.Pid}}", container)
    with open("/proc/thread-self/ns/net") as here, open(f"/proc/{process}/ns/net") as there:
        assert LIBC.setns(there.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            return socket.socket()
        finally:
            assert LIBC.setns(here.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


def wait_for(container: str, port: int, path: str) -> None:
    end = time.monotonic() + LIMIT_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.sock = socket_in(container)
            connection.sock.connect(("127.0.0.1", port))
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError as error:
            assert time.monotonic() < end, f"{container} {path}: {error}: {podman('logs', container)}"
        finally:
            connection.close()
        time.sleep(0.02)


def pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(1 << 16):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def forward(container: str, local: int, remote: int) -> None:
    with socket.create_server(("127.0.0.1", local)) as listener:
        print(f"Forwarding from 127.0.0.1:{local} -> {remote}", flush=True)
        while True:
            client, _ = listener.accept()
            server = socket_in(container)
            server.connect(("127.0.0.1", remote))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=pump, args=ends, daemon=True).start()
