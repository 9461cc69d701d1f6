const seconds_max = 600; // a note is not an archive
const head_bytes = 44;
const bytes_max = 64 * 2 ** 20; // of the file, as the server takes it: ten minutes at 48 kHz

/**
 * The sound of a dictation, as it is heard: 16-bit mono. What is said after ten minutes, or when the file is as long as
 * the server takes it, is recognised, but not kept: `full` says so.
 */
export class Recording {
  constructor(rate) {
    this.rate = rate;
    this.frames = [];
    this.samples = 0;
    this.full = false;
  }

  add(frame) {
    const samples_max = Math.min(seconds_max * this.rate, (bytes_max - head_bytes) / 2);
    this.full ||= this.samples + frame.length > samples_max;
    if (this.full) return;
    this.frames.push(frame);
    this.samples += frame.length;
  }

  get seconds() {
    return this.samples / this.rate;
  }

  /** Of the WAV file. */
  get bytes() {
    return head_bytes + this.samples * 2;
  }

  /** As a WAV file. */
  wav() {
    const bytes = this.samples * 2;
    const head = new DataView(new ArrayBuffer(head_bytes));
    const text = (at, word) => [...word].forEach((letter, k) => head.setUint8(at + k, letter.charCodeAt(0)));
    text(0, 'RIFF');
    head.setUint32(4, 36 + bytes, true);
    text(8, 'WAVEfmt ');
    head.setUint32(16, 16, true); // bytes of the format
    head.setUint16(20, 1, true); // PCM
    head.setUint16(22, 1, true); // channels
    head.setUint32(24, this.rate, true);
    head.setUint32(28, this.rate * 2, true); // bytes a second
    head.setUint16(32, 2, true); // bytes a frame
    head.setUint16(34, 16, true); // bits a sample
    text(36, 'data');
    head.setUint32(40, bytes, true);
    return new Blob([head, ...this.frames], {type: 'audio/wav'});
  }
}
