// The one dictation of the page: who speaks into what, how it goes, what was said.
import {get, session} from '../core/api.js';
import {language} from '../core/i18n.js';
import {store} from '../core/store.js';
import {openMicrophone} from './microphone.js';
import {Recording} from './recording.js';
import {openStream} from './stream.js';
import {cutOff, silence, withFinal, withInterim} from './transcript.js';

const ask_ms = {on: 5000, off: 2500}; // between questions whether the speech service is there
const idle = {target: null, phase: 'idle', reason: '', said: silence, seconds: 0};

/**
 * `target` is the id of what is spoken into. `phase`: "idle", "starting", "listening", "interrupted" (the speech service
 * or the server is away; it goes on by itself), "stopping" (the last words are on their way) or "failed".
 */
export const dictation = store(idle);

/** The loudness of the last tenth of a second, 0 to 1. */
export const level = store(0);

/** Whether the server has a speech service: `{available, reason}`, or null before the first answer. */
export const availability = store(null);

let running = null;

const patch = (next) => dictation.set((old) => ({...old, ...next}));

function hear(said, onText, final = false) {
  patch({said});
  onText(said, final);
}

/**
 * Begins a dictation into `target`, after ending any other. `onText(said, final)` is called as words come, `onEnd(said,
 * recording)` once at the end, however it ends.
 */
export async function startDictation(target, {onText, onEnd}) {
  await stopDictation();
  const own = {stream: null, microphone: null, recording: null, abandoned: false};
  running = own;
  own.ended = new Promise((resolve) => { own.resolve = resolve; });
  dictation.set({...idle, target, phase: 'starting'});

  own.finish = (phase = 'idle', reason = '') => {
    if (running !== own) return;
    running = null;
    own.microphone?.close();
    const {said} = dictation.get();
    dictation.set(phase === 'idle' ? idle : {...idle, target, phase, reason});
    level.set(0);
    if (!own.abandoned) onEnd(cutOff(said), own.recording);
    own.resolve();
  };

  const on = {
    state(available, reason) {
      if (dictation.get().phase === 'stopping') return;
      // Where the speech service is away, the server has it hear the last words again, and they replace these. Where the
      // server is away, nobody knows of them any more.
      if (reason === 'connection' && !own.abandoned) hear(cutOff(dictation.get().said), onText, true);
      patch({phase: available ? 'listening' : 'interrupted', reason: reason ?? ''});
    },
    interim: (text) => !own.abandoned && hear(withInterim(dictation.get().said, text), onText),
    final: (text) => !own.abandoned && hear(withFinal(dictation.get().said, text), onText, true),
    end: () => own.finish(),
  };

  try {
    const early = [];
    const microphone = await openMicrophone((frame, peak) => {
      level.set(peak);
      own.recording?.add(frame);
      if (own.stream) own.stream.send(frame);
      else early.push(frame);
      if (own.recording) patch({seconds: own.recording.seconds});
    });
    if (running !== own) {
      microphone.close(); // ended while the browser asked for permission
      return;
    }
    own.microphone = microphone;
    own.recording = new Recording(microphone.rate);
    early.forEach((frame) => own.recording.add(frame));
    own.stream = openStream({language: language.get(), csrf: session.get().csrf, rate: microphone.rate, on});
    early.forEach((frame) => own.stream.send(frame));
  } catch (error) {
    own.finish('failed', error.code ?? 'failed');
  }
}

/**
 * Ends the dictation and waits for its last words. With `keep: false` nothing more of it reaches the field: for when the
 * person began to type there.
 */
export async function stopDictation({keep = true} = {}) {
  const own = running;
  if (!own) {
    if (dictation.get().phase === 'failed') dictation.set(idle);
    return;
  }
  if (!keep) own.abandoned = true;
  own.microphone?.close();
  level.set(0);
  if (!own.stream || !keep) {
    own.stream?.stop();
    own.finish();
    return;
  }
  patch({phase: 'stopping'});
  own.stream.stop();
  await own.ended;
}

/** Asks whether dictation is there, again and again, more often while it is not: it comes back by itself. */
export function watchAvailability() {
  let timer = null;
  let over = false;
  const ask = async () => {
    if (document.visibilityState === 'visible') {
      try {
        const answer = await get('dictation');
        if (!over) availability.set(answer);
      } catch {
        if (!over) availability.set({available: false, reason: ''});
      }
    }
    if (!over) timer = setTimeout(ask, availability.get()?.available ? ask_ms.on : ask_ms.off);
  };
  ask();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
