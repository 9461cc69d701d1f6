import {html, classes, useRef, useState} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {useStore} from '../core/store.js';
import * as format from '../core/format.js';
import {Icon} from '../ui/icons.js';
import {Level, phaseText} from './status.js';
import {availability, dictation, startDictation, stopDictation} from './dictation.js';
import {fill} from './fill.js';
import {spoken} from './transcript.js';

const target = 'record';

/**
 * Speaks a whole record: its words are shown as they come, and each finished phrase is put into the fields by the
 * server's rules. `onFill(fields)` takes what they found, `onBegin` marks where "undo" goes back to, `onUndo` goes there.
 * `onRest(text)` adds to the note what no rule took.
 */
export function RecordDictation({record, onBegin, onFill, onUndo, onRecording, onRest}) {
  const state = useStore(dictation);
  const there = useStore(availability);
  const [said, setSaid] = useState('');
  const [rest, setRest] = useState('');
  const [problem, setProblem] = useState(null);
  const asked = useRef(0);
  const on = state.target === target && !['idle', 'failed'].includes(state.phase);
  const failed = state.target === target && state.phase === 'failed';
  const off = !on && there?.available === false;

  const sort = async (text) => {
    const turn = ++asked.current;
    if (!text) return;
    try {
      const answer = await fill(record, text);
      if (turn !== asked.current) return; // a longer text is on its way
      onFill(answer.fields);
      setRest(answer.rest ?? '');
      setProblem(null);
    } catch (error) {
      if (turn === asked.current) setProblem(error);
    }
  };
  const begin = () => {
    if (off) return;
    onBegin();
    setSaid('');
    setRest('');
    setProblem(null);
    startDictation(target, {
      onText: (words, final) => {
        setSaid(spoken(words));
        if (final) sort(words.kept);
      },
      onEnd: (words, recording) => {
        setSaid(spoken(words));
        sort(spoken(words));
        if (recording) onRecording?.(recording);
      },
    });
  };
  const undo = () => {
    asked.current++;
    onUndo();
    setSaid('');
    setRest('');
  };
  const {kept, interim} = on ? state.said : {kept: said, interim: ''};
  return html`
    <section class=${classes('speak', on && 'on', on && state.phase === 'interrupted' && 'interrupted', off && 'off')} aria-label=${t('dictation.record')}>
      <div class="speak-head">
        <button type="button" class="speak-button" aria-pressed=${on ? 'true' : 'false'} aria-disabled=${off ? 'true' : 'false'}
                onClick=${on ? () => stopDictation() : begin}>
          <span class="speak-disc"><${Icon} name=${on ? 'stop' : 'mic'} size="22" /></span>
          <span>${t(on ? 'dictation.stop_record' : 'dictation.start_record')}</span>
        </button>
        ${on && state.phase === 'listening' && html`<span class="speak-live"><${Level} /><span class="seconds" aria-hidden="true">${format.duration(state.seconds)}</span></span>`}
      </div>
      <p class="speak-phase" role=${failed || state.phase === 'interrupted' ? 'alert' : 'status'}>
        ${on || failed ? phaseText(state)
          : off ? html`${t('dictation.off')}${there.reason ? ` (${there.reason})` : ''}`
            : said ? t('dictation.look') : t(`dictation.example.${record}`)}
      </p>
      ${(kept || interim) && html`<p class="transcript" aria-live="off"><span class="said">${kept}</span>${' '}<span class="guess">${interim}</span></p>`}
      ${problem && html`<p class="error" role="alert">${t('dictation.not_sorted')}</p>`}
      ${!on && (rest || said) && html`<div class="speak-after">
        ${rest && html`<p><span class="quiet">${t('dictation.rest')}</span> “${rest}”</p>`}
        <div class="tools">
          ${rest && onRest && html`<button type="button" class="button small" onClick=${() => { onRest(rest); setRest(''); }}>${t('dictation.rest_to_note')}</button>`}
          ${said && html`<button type="button" class="button small" onClick=${undo}>${t('dictation.undo')}</button>`}
        </div>
      </div>`}
    </section>`;
}
