"""Recordings whose words are known, in every container, and how many words of a text are wrong."""
import io
import pathlib
import re
import struct
import sysconfig

import numpy as np
import scipy.signal
import soundfile

PACKAGES = pathlib.Path(sysconfig.get_path("purelib"))
TWO_CITIES = PACKAGES / "moonshine_voice/assets/two_cities.wav"  # 44 s, 48 kHz
BECKETT = PACKAGES / "moonshine_voice/assets/beckett.wav"  # 10 s, 16 kHz
WORDS = {
    TWO_CITIES: """It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of
        foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the
        season of Darkness, it was the spring of hope, it was the winter of despair, we had everything before us, we had
        nothing before us, we were all going direct to Heaven, we were all going direct the other way – in short, the
        period was so far like the present period, that some of its noisiest authorities insisted on its being received,
        for good or for evil, in the superlative degree of comparison only.""",
    BECKETT: "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.",
}
ERRORS_MAX = 0.06


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def word_errors(heard: str, said: str) -> float:
    """Words that must be changed, added or left out, for each that was said."""
    given, expected = words_of(heard), words_of(said)
    row = list(range(len(expected) + 1))
    for i, word in enumerate(given, 1):
        before, row = row, [i]
        for j, other in enumerate(expected, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (word != other)))
    return row[-1] / len(expected)


def check_words(heard: str, recording: pathlib.Path, what: str, errors_max: float = ERRORS_MAX) -> None:
    errors = word_errors(heard, WORDS[recording])
    print(f"word errors, {recording.stem}, {what}: {errors:.1%}")
    assert errors <= errors_max, f"{what}: {heard}"


def samples_of(recording: pathlib.Path, rate: int, channels: int = 1) -> np.ndarray:
    """Floats [samples, channels]; the channels of several differ by loudness."""
    sound, own_rate = soundfile.read(recording, dtype="float32")
    if own_rate != rate:
        sound = scipy.signal.resample_poly(sound, rate, own_rate).astype(np.float32)
    return np.stack([sound * (1 - 0.3 * i) for i in range(channels)], axis=1)


def pcm(recording: pathlib.Path, rate: int, channels: int = 1, big_endian: bool = False) -> bytes:
    samples = np.clip(samples_of(recording, rate, channels) * 32767, -32768, 32767)
    return samples.astype(">i2" if big_endian else "<i2").tobytes()


def in_container(recording: pathlib.Path, container: str, rate: int, channels: int = 1) -> bytes:
    """The bytes of a file: wav, flac, ogg (Vorbis), opus (in Ogg), mp3, webm (Opus)."""
    if container == "webm":
        return webm_of(in_container(recording, "opus", 48000, channels), channels)
    form, kind = {
        "wav": ("WAV", "PCM_16"),
        "flac": ("FLAC", "PCM_16"),
        "ogg": ("OGG", "VORBIS"),
        "opus": ("OGG", "OPUS"),
        "mp3": ("MP3", "MPEG_LAYER_III"),
    }[container]
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, channels, format=form, subtype=kind) as file:
        sound = samples_of(recording, rate, channels)
        for at in range(0, len(sound), rate):  # libsndfile's Opus writer wants it in pieces
            file.write(sound[at : at + rate])
    return out.getvalue()


def ogg_packets(data: bytes) -> list[bytes]:
    packets, part, at = [], b"", 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        count = data[at + 26]
        sizes = data[at + 27 : at + 27 + count]
        at += 27 + count
        for size in sizes:
            part += data[at : at + size]
            at += size
            if size < 255:
                packets.append(part)
                part = b""
    return packets


def element(name: int, content: bytes) -> bytes:
    """An EBML element with a size of eight bytes."""
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content


def number(name: int, value: int) -> bytes:
    return element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def webm_of(ogg: bytes, channels: int) -> bytes:
    """The Opus packets of an Ogg file as a browser's MediaRecorder writes them: a cluster a second, no end, no cues."""
    head, _, *packets = ogg_packets(ogg)
    audio = element(0xE1, element(0xB5, struct.pack(">d", 48000)) + number(0x9F, channels))
    track = number(0xD7, 1) + number(0x73C5, 1) + number(0x83, 2) + element(0x86, b"A_OPUS") + element(0x63A2, head) + audio
    made = element(0x1A45DFA3, number(0x4286, 1) + number(0x42F7, 1) + number(0x42F2, 4) + number(0x42F3, 8)
                   + element(0x4282, b"webm") + number(0x4287, 4) + number(0x4285, 2))
    made += 0x18538067.to_bytes(4, "big") + b"\x01" + b"\xff" * 7  # the segment, of unknown size
    made += element(0x1549A966, number(0x2AD7B1, 1_000_000)) + element(0x1654AE6B, element(0xAE, track))
    for at in range(0, len(packets), 50):  # 20 ms each
        blocks = b"".join(
            element(0xA3, b"\x81" + struct.pack(">h", 20 * i) + b"\x80" + packet)
            for i, packet in enumerate(packets[at : at + 50])
        )
        made += element(0x1F43B675, number(0xE7, 20 * at) + blocks)
    return made
