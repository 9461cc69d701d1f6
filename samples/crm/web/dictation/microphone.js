/** `code`: "insecure" (the page came without TLS), "denied", "missing" or "failed". */
class MicrophoneError extends Error {
  constructor(code, cause) {
    super(code, {cause});
    this.code = code;
  }
}

const codes = {NotAllowedError: 'denied', SecurityError: 'denied', NotFoundError: 'missing', OverconstrainedError: 'missing'};

/** At 16 kHz where the browser can convert, since recognisers hear nothing above that and it is a third of the bytes. */
function openContext(stream) {
  try {
    const context = new AudioContext({sampleRate: 16000});
    return {context, source: context.createMediaStreamSource(stream)};
  } catch {
    const context = new AudioContext();
    return {context, source: context.createMediaStreamSource(stream)};
  }
}

/**
 * Opens the microphone: `onFrame(samples, peak)` is called ten times a second with an Int16Array and the loudest sample,
 * 0 to 1. Answers `{rate, close}`; throws a MicrophoneError.
 */
export async function openMicrophone(onFrame) {
  if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneError('insecure');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({audio: {channelCount: 1, echoCancellation: true, noiseSuppression: true}});
  } catch (error) {
    throw new MicrophoneError(codes[error.name] ?? 'failed', error);
  }
  const release = () => stream.getTracks().forEach((track) => track.stop());
  try {
    const {context, source} = openContext(stream);
    await context.audioWorklet.addModule('dictation/capture_worklet.js');
    await context.resume();
    const capture = new AudioWorkletNode(context, 'capture', {numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit'});
    capture.port.onmessage = ({data}) => onFrame(new Int16Array(data.samples), data.peak);
    source.connect(capture);
    let closed = false;
    return {
      rate: context.sampleRate,
      close() {
        if (closed) return;
        closed = true;
        capture.port.onmessage = null;
        source.disconnect();
        release();
        context.close();
      },
    };
  } catch (error) {
    release();
    throw new MicrophoneError('failed', error);
  }
}
