import {html, classes, useId, useRef} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {CustomerPicker} from './customer_picker.js';
import {MicButton, dictateInto} from '../dictation/mic_button.js';
import {DictationStatus} from '../dictation/status.js';

const types = {tel: 'tel', email: 'email', date: 'date'};

function Choice({id, field, value, describedby, onInput}) {
  // What a record has from elsewhere, such as a currency that the page does not offer, stays unless another is chosen.
  const options = value === '' || field.options.includes(value) ? field.options : [...field.options, value];
  return html`
    <select id=${id} name=${field.name} aria-describedby=${describedby} onChange=${(event) => onInput(event.target.value)}>
      ${options.map((option) => html`<option key=${option} value=${option} selected=${option === value}>
        ${field.words ? t(`${field.words}.${option}`) : option}</option>`)}
    </select>`;
}

/** A text control with its microphone. */
function Text({id, field, record, value, label, invalid, describedby, onInput, onVoice, onRecording, voice}) {
  const input = useRef(null);
  const area = field.type === 'area';
  const start = () => dictateInto({
    target: id, record, field: field.name, input, oneLine: !area, onValue: onVoice, onRecording,
  });
  const shared = {
    id, ref: input, name: field.name, value, autocomplete: 'off',
    'aria-required': field.required ? 'true' : 'false', 'aria-invalid': invalid ? 'true' : 'false', 'aria-describedby': describedby,
    onInput: (event) => onInput(event.target.value),
    onKeyDown: (event) => {
      if (voice && event.ctrlKey && event.key === '.') {
        event.preventDefault();
        event.currentTarget.parentElement.querySelector('.mic')?.click();
      }
    },
  };
  return html`
    <div class=${classes('control', area && 'area')}>
      ${area ? html`<textarea rows=${field.rows ?? 3} ...${shared}></textarea>`
        : html`<input type=${types[field.type] ?? 'text'} inputmode=${field.type === 'money' ? 'decimal' : null} ...${shared} />`}
      ${voice && html`<${MicButton} target=${id} label=${label} start=${start} />`}
    </div>`;
}

/**
 * One field of a form: label, control, and what is wrong with it. `onInput` gets what the person typed, `onVoice` what
 * was dictated; `filled` marks what a dictation of the whole record put here.
 */
export function Field({field, record, value, error, filled, onInput, onVoice, onRecording}) {
  const id = useId(field.name);
  const label = t(`field.${field.name}`);
  const described = [error && `${id}-error`, filled && `${id}-filled`].filter(Boolean).join(' ') || null;
  const shared = {id, field, value, describedby: described, invalid: Boolean(error), onInput};
  if (field.type === 'tick') {
    return html`<div class="field tick-field"><label>
      <input type="checkbox" class="tick" name=${field.name} checked=${value} onChange=${(event) => onInput(event.target.checked)} /> ${label}
    </label></div>`;
  }
  const voice = !['date', 'money', 'choice', 'customer'].includes(field.type);
  return html`
    <div class=${classes('field', field.half && 'half', error && 'wrong', filled && 'filled')} data-field=${field.name}>
      <div class="field-label">
        <label for=${id}>${label}${field.required && html`<span class="needed" aria-hidden="true"> *</span>`}</label>
        ${filled && html`<span class="from-voice" id=${`${id}-filled`}>${t('dictation.filled')}</span>`}
      </div>
      ${field.type === 'customer'
        ? html`<${CustomerPicker} id=${id} value=${value} required=${field.required} invalid=${Boolean(error)} describedby=${described} onChange=${onInput} />`
        : field.type === 'choice' ? html`<${Choice} ...${shared} />`
          : html`<${Text} ...${shared} record=${record} label=${label} voice=${voice} onVoice=${onVoice} onRecording=${onRecording} />`}
      ${voice && html`<${DictationStatus} target=${id} />`}
      ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
    </div>`;
}
