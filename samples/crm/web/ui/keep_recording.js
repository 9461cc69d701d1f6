import {html, useEffect, useId, useRef, useState} from '../core/dom.js';
import {t} from '../core/i18n.js';
import * as format from '../core/format.js';
import {Icon} from './icons.js';

/** Plays what was recorded and has not been sent anywhere yet. */
function Listen({recording}) {
  const [playing, setPlaying] = useState(null);
  const context = useRef(null);
  const stop = () => {
    context.current?.close();
    context.current = null;
    setPlaying(false);
  };
  useEffect(() => stop, [recording]);
  const play = () => {
    const audio = new AudioContext();
    const buffer = audio.createBuffer(1, Math.max(1, recording.samples), recording.rate);
    const channel = buffer.getChannelData(0);
    let at = 0;
    for (const frame of recording.frames) for (const sample of frame) channel[at++] = sample / 32768;
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.connect(audio.destination);
    source.onended = stop;
    source.start();
    context.current = audio;
    setPlaying(true);
  };
  return html`<button type="button" class="button small" onClick=${playing ? stop : play}>
    <${Icon} name=${playing ? 'stop' : 'play'} size="16" />${t(playing ? 'recording.stop' : 'recording.play')}</button>`;
}

/** What becomes of the sound of a dictation: nothing is kept unless this is ticked. */
export function KeepRecording({recording, keep, onKeep}) {
  const id = useId('keep');
  return html`
    <div class="keep-recording">
      <label for=${id}><input id=${id} type="checkbox" class="tick" checked=${keep} onChange=${(event) => onKeep(event.target.checked)} />
        ${t('recording.keep', {time: format.duration(recording.seconds)})}</label>
      ${recording.full && html`<p class="quiet">${t('recording.full', {time: format.duration(recording.seconds)})}</p>`}
      <${Listen} recording=${recording} />
    </div>`;
}
