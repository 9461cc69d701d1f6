// Runs on the browser's audio thread: gathers sound into frames of a tenth of a second and hands them over as 16-bit
// integers. A file of its own, since the page's security policy loads worklets from the server alone.
class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.begin();
  }

  begin() {
    this.frame = new Int16Array(Math.round(sampleRate / 10));
    this.filled = 0;
    this.peak = 0;
  }

  process([[samples]]) {
    for (const sample of samples ?? []) {
      const bounded = Math.max(-1, Math.min(1, sample));
      this.frame[this.filled++] = Math.round(bounded * 32767);
      this.peak = Math.max(this.peak, Math.abs(bounded));
      if (this.filled === this.frame.length) {
        this.port.postMessage({samples: this.frame.buffer, peak: this.peak}, [this.frame.buffer]);
        this.begin(); // the frame has been handed over, not copied
      }
    }
    return true;
  }
}

registerProcessor('capture', Capture);
