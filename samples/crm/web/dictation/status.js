import {html, useEffect, useRef} from '../core/dom.js';
import {t, has} from '../core/i18n.js';
import {useStore} from '../core/store.js';
import * as format from '../core/format.js';
import {availability, dictation, level} from './dictation.js';

/** A bar that moves with the voice. It draws past the components, since it changes ten times a second. */
export function Level() {
  const bar = useRef(null);
  useEffect(() => level.watch((peak) => bar.current?.style.setProperty('--level', Math.min(1, Math.sqrt(peak)).toFixed(2))), []);
  return html`<span class="level" ref=${bar} aria-hidden="true"><i></i><i></i><i></i><i></i><i></i></span>`;
}

const why = (reason) => (has(`dictation.why.${reason}`) ? t(`dictation.why.${reason}`) : reason);

/** What a running dictation does, in words. */
export function phaseText({phase, reason}) {
  if (phase === 'failed') return t(`dictation.failed.${reason}`);
  if (phase === 'interrupted') return t('dictation.interrupted', {reason: why(reason)});
  return t(`dictation.${phase}`);
}

export function DictationStatus({target}) {
  const state = useStore(dictation);
  if (state.target !== target || state.phase === 'idle') return null;
  const bad = state.phase === 'failed' || state.phase === 'interrupted';
  return html`
    <p class=${bad ? 'dictation-status bad' : 'dictation-status'} role=${bad ? 'alert' : 'status'}>
      ${state.phase === 'listening' && html`<${Level} />`}
      <span>${phaseText(state)}</span>
      ${state.phase === 'listening' && html`<span class="seconds" aria-hidden="true">${format.duration(state.seconds)}</span>`}
    </p>`;
}

/** Said once on a form while the speech service is away. */
export function DictationOff() {
  const state = useStore(availability);
  if (!state || state.available) return null;
  return html`<p class="dictation-off" role="status">${t('dictation.off')}${state.reason ? ` (${state.reason})` : ''}</p>`;
}
