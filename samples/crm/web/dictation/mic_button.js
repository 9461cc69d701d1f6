import {html, classes} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {useStore} from '../core/store.js';
import {Icon} from '../ui/icons.js';
import {availability, dictation, startDictation, stopDictation} from './dictation.js';
import {fillOne} from './fill.js';
import {insert, spoken} from './transcript.js';

/**
 * Speaks into one text control: what is said appears at the caret while it is said. `input` is a ref to the control,
 * `onValue(text)` takes the new text, `onRecording` the sound at the end.
 */
export async function dictateInto({target, record, field, input, oneLine, onValue, onRecording}) {
  const control = input.current;
  const before = control.value.slice(0, control.selectionStart ?? control.value.length);
  const after = control.value.slice(control.selectionEnd ?? control.value.length);
  control.focus();
  await startDictation(target, {
    onText: (said) => onValue(insert(before, spoken(said), after, oneLine)),
    async onEnd(said, recording) {
      if (recording) onRecording?.(recording);
      const text = spoken(said);
      const exact = before.trim() || after.trim() ? null : await fillOne(record, field, text);
      // unless the person has typed meanwhile
      if (exact && input.current?.value === insert(before, text, after, oneLine)) onValue(exact);
    },
  });
}

export function MicButton({target, label, start}) {
  const state = useStore(dictation);
  const there = useStore(availability);
  const on = state.target === target && !['idle', 'failed'].includes(state.phase);
  const off = !on && there?.available === false;
  const name = t(on ? 'dictation.stop_field' : 'dictation.start_field', {field: label});
  const press = () => {
    if (on) stopDictation();
    else if (!off) start();
  };
  return html`
    <button type="button" class=${classes('mic', on && 'on', state.phase === 'interrupted' && on && 'interrupted')}
            aria-label=${off ? `${name}. ${t('dictation.off')}` : name} aria-pressed=${on ? 'true' : 'false'}
            aria-disabled=${off ? 'true' : 'false'} title=${off ? t('dictation.off') : `${name} (Ctrl .)`} onClick=${press}>
      <${Icon} name=${on ? 'stop' : 'mic'} size="18" />
    </button>`;
}
