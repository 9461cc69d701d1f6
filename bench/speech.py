#!/usr/bin/env python3
"""Speech beside sherpa-onnx called directly: the real-time factor on one thread, ten recordings at once, memory, and the
time to the first text. Needs `make speech-models` and a build with -DSLIPWAY_BENCH=ON.

    bench/speech.py [--runs 5]
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import tritonclient.http

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import recordings  # noqa: E402
from http_call import call  # noqa: E402
from program import Server  # noqa: E402

MODEL = ROOT / "build" / "speech" / "moonshine-base-en"
BACKENDS = ROOT / "build" / "lib" / "slipway" / "backends"
LENGTHS_S = [2, 5, 10]


def direct(runs: int, files: list[pathlib.Path]) -> list[float]:
    command = [ROOT / "build/bin/speech_direct", BACKENDS, MODEL, str(runs), *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return [float(line.split()[1]) for line in done.stdout.splitlines()]


def served(client, samples: np.ndarray, runs: int) -> float:
    audio = tritonclient.http.InferInput("AUDIO", list(samples.shape), "FP32")
    audio.set_data_from_numpy(samples)
    fastest = 1e9
    for _ in range(runs):
        begin = time.perf_counter()
        client.infer(MODEL.name, [audio])
        fastest = min(fastest, time.perf_counter() - begin)
    return fastest


def cpu_s(server: Server) -> float:
    return server.metric("process_cpu_seconds_total")


def recognize(server: Server, data: bytes) -> float:
    begin = time.perf_counter()
    answer = call(server.url + "/v1/recognize", data, headers={"Content-Type": "audio/wav"})
    assert answer.status == 200, answer.body
    return time.perf_counter() - begin


def one_thread(runs: int) -> None:
    sound = recordings.samples_of(recordings.TWO_CITIES, 16000)[:, 0]
    with tempfile.TemporaryDirectory() as folder, Server([MODEL, "--instances", "1", "--threads", "1"]) as server:
        files = []
        for length in LENGTHS_S:
            files.append(pathlib.Path(folder) / f"{length}.f32")
            sound[: length * 16000].tofile(files[-1])
        with tritonclient.http.InferenceServerClient(server.address, network_timeout=120) as client:
            # in turns, so that a machine whose speed drifts slows both
            both = [(direct(1, [file])[0], served(client, np.fromfile(file, np.float32), 1)) for _ in range(runs) for file in files]
    print("\n| sound, s | sherpa-onnx, s | Slipway, s | factor alone | factor served | ratio |\n|---|---|---|---|---|---|")
    for i, length in enumerate(LENGTHS_S):
        alone, through = (min(pair[side] for pair in both[i :: len(LENGTHS_S)]) for side in (0, 1))
        print(f"| {length} | {alone:.3f} | {through:.3f} | {alone / length:.3f} | {through / length:.3f} | {through / alone:.3f} |")


def many() -> None:
    beckett, cities = recordings.BECKETT.read_bytes(), recordings.TWO_CITIES.read_bytes()
    with Server([MODEL]) as server:
        start_mb = server.metric("process_resident_memory_bytes") / 1e6
        alone_s = min(recognize(server, beckett) for _ in range(3))
        cpu, begin = cpu_s(server), time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(10) as clients:
            list(clients.map(lambda _: recognize(server, beckett), range(10)))
        wall = time.perf_counter() - begin
        print(f"\nten recordings of 10 s at once: {wall:.2f} s, {100 / wall:.1f} s of sound a second, "
              f"{(cpu_s(server) - cpu) / wall:.2f} cores; one alone {alone_s:.2f} s")
        cpu, begin = cpu_s(server), time.perf_counter()
        recognize(server, cities)
        wall = time.perf_counter() - begin
        print(f"one recording of 44.4 s: {wall:.2f} s, {44.4 / wall:.1f} s of sound a second, {(cpu_s(server) - cpu) / wall:.2f} cores")
        count = server.metric("slipway_speech_first_text_seconds_count")
        first = server.metric("slipway_speech_first_text_seconds_sum") / count
        print(f"first text after {first:.2f} s (mean of {count:.0f} recordings); resident {start_mb:.0f} MB at the start, "
              f"{server.metric('process_resident_memory_bytes') / 1e6:.0f} MB at the end")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    load = re.split(" ", pathlib.Path("/proc/loadavg").read_text())[0]
    print(f"{len(os.sched_getaffinity(0))} cores, load {load} before the first run")
    one_thread(runs)
    many()


if __name__ == "__main__":
    main()
