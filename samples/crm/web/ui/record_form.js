import {html, useEffect, useLayoutEffect, useRef, useState} from '../core/dom.js';
import {setGuard} from '../core/router.js';
import {t} from '../core/i18n.js';
import {fromForm, problems, resources, toForm} from '../core/resources.js';
import {save} from '../core/save.js';
import {RecordDictation} from '../dictation/record_dictation.js';
import {dictation, stopDictation, watchAvailability} from '../dictation/dictation.js';
import {DictationOff} from '../dictation/status.js';
import {Conflict} from './conflict.js';
import {Ask} from './dialog.js';
import {Field} from './field.js';
import {KeepRecording} from './keep_recording.js';
import {explain} from './page.js';

const noteField = {name: 'note', type: 'area', rows: 3};
const equal = (a, b) => Object.keys(a).every((key) => a[key] === b[key]);

/** Asks before the page is left with changes that are not saved. */
function useLeaveGuard(dirty) {
  const [leave, setLeave] = useState(null);
  // at once, not after the next painting: who has saved leaves in the same breath
  useLayoutEffect(() => {
    if (!dirty) return undefined;
    setGuard((go) => setLeave(() => go));
    const warn = (event) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => {
      setGuard(null);
      removeEventListener('beforeunload', warn);
    };
  }, [dirty]);
  return leave && html`<${Ask} title=${t('leave.title')} text=${t('leave.text')} yes=${t('leave.yes')} no=${t('leave.no')} danger
    onYes=${() => { setLeave(null); leave(); }} onNo=${() => setLeave(null)} />`;
}

/**
 * The form of a record: typing, dictating, saving, and what to do when somebody else saved first. `record` is null for a
 * new one, which begins with `preset`. `onSaved(record)` is called once all is saved; `tools` are further buttons.
 */
export function RecordForm({resource, record, preset = {}, onSaved, cancel, tools}) {
  const {fields} = resources[resource];
  const all = resource === 'customers' ? [...fields, noteField] : fields;
  const [base, setBase] = useState(() => record);
  const start = useRef(null);
  if (start.current === null) start.current = {...toForm(fields, record ?? preset), ...(resource === 'customers' ? {note: ''} : {})};
  const [values, setValues] = useState(start.current);
  const [errors, setErrors] = useState({});
  const [banner, setBanner] = useState(null);
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(null);
  const [filled, setFilled] = useState({});
  const [recording, setRecording] = useState(null);
  const [keep, setKeep] = useState(false);
  const form = useRef(null);
  const typed = useRef(new Set());
  const before = useRef(null);
  const done = useRef({});
  const now = useRef(values);
  now.current = values;
  const [saved, setSaved] = useState(false);
  const dirty = !saved && !equal(start.current, values);
  const leaving = useLeaveGuard(dirty);

  useEffect(watchAvailability, []);
  useEffect(() => () => { stopDictation({keep: false}); }, []);
  useLayoutEffect(() => {
    if (saved) onSaved(saved);
  }, [saved]);

  const put = (next) => setValues((old) => ({...old, ...next}));
  const mend = (name) => setErrors(({[name]: gone, ...rest}) => rest);
  const type = (name) => (value) => {
    // who types has the word: what is still being recognised would fall in between
    const control = form.current.querySelector(`[name="${name}"]`);
    if (control && dictation.get().target === control.id) stopDictation({keep: false});
    typed.current.add(name);
    setFilled(({[name]: gone, ...rest}) => rest);
    mend(name);
    put({[name]: value});
  };
  const voice = (name) => (value) => {
    mend(name);
    put({[name]: value});
  };
  const fill = (found) => {
    const names = all.map((field) => field.name).filter((name) => found[name] !== undefined && !typed.current.has(name));
    const shown = toForm(all.filter((field) => names.includes(field.name)), found);
    put(shown);
    names.forEach(mend);
    setFilled((old) => ({...old, ...Object.fromEntries(names.map((name) => [name, true]))}));
  };

  const wrong = (found, said = {}) => {
    setErrors(Object.fromEntries(Object.entries(found).map(([name, key]) => [name, said[name] ?? t(key)])));
    setTimeout(() => form.current?.querySelector('[aria-invalid="true"]')?.focus());
  };
  const failed = (error) => {
    if (error.status === 409 && error.body.current) {
      setConflict(error.body);
    } else if (error.status === 404 && base && !done.current.record) {
      setBanner({text: t('error.deleted_meanwhile'), again: true});
    } else if (error.field && all.some((field) => field.name === error.field)) {
      wrong({[error.field]: ''}, {[error.field]: error.message});
    } else {
      setBanner({text: `${explain(error)} ${t(done.current.record ? 'error.half_saved' : 'error.not_saved')}`});
    }
  };
  const write = async (against, next) => {
    setBusy(true);
    setBanner(null);
    try {
      const {note, ...own} = next;
      setSaved(await save({resource, fields, values: own, record: against, note, recording: keep ? recording : null, done: done.current}));
    } catch (error) {
      failed(error);
      if (done.current.record) setBase(done.current.record);
      done.current.record = null;
    } finally {
      setBusy(false);
    }
  };
  const submit = async (event) => {
    event?.preventDefault();
    if (busy) return;
    if (dictation.get().target) {
      await stopDictation();
      setBanner({text: t('dictation.look'), mild: true});
      return; // nothing is saved that the person has not seen
    }
    const found = problems(fields, now.current);
    if (Object.keys(found).length) wrong(found);
    else await write(base, now.current);
  };
  const merged = (result) => {
    setConflict(null);
    const next = {...now.current, ...toForm(fields, result)};
    setBase(conflict.current); // what the next conflict, if there is one, is measured against
    setValues(next);
    write(conflict.current, next);
  };
  const key = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === 'Escape' && dictation.get().target) {
      event.preventDefault();
      stopDictation();
    }
  };
  const speaks = resource !== 'notes';
  const holdsSound = resource === 'notes' || (resource === 'customers' && values.note.trim() !== '');
  return html`
    <form ref=${form} class="record-form" novalidate onSubmit=${submit} onKeyDown=${key}>
      ${speaks ? html`<${RecordDictation} record=${resource}
          onBegin=${() => { typed.current = new Set(); before.current = now.current; setFilled({}); }}
          onFill=${fill} onUndo=${() => { setValues(before.current); setFilled({}); }} onRecording=${setRecording}
          onRest=${resource === 'customers' ? (text) => put({note: [now.current.note.trim(), text].filter(Boolean).join('\n')}) : null} />`
        : html`<${DictationOff} />`}
      ${banner && html`<div class=${banner.mild ? 'banner mild' : 'banner'} role="alert"><p>${banner.text}</p>
        ${banner.again && html`<button type="button" class="button small" onClick=${() => { setBase(null); write(null, now.current); }}>${t('save_as_new')}</button>`}
      </div>`}
      <div class="card fields">
        ${all.map((field) => html`<${Field} key=${field.name} field=${field} record=${resource} value=${values[field.name]}
          error=${errors[field.name]} filled=${filled[field.name]} onInput=${type(field.name)} onVoice=${voice(field.name)}
          onRecording=${field.name === 'note' || resource === 'notes' ? setRecording : null} />`)}
        ${recording && holdsSound && html`<${KeepRecording} recording=${recording} keep=${keep} onKeep=${setKeep} />`}
        <p class="quiet needed-hint">* ${t('needed')}</p>
      </div>
      <div class="form-tools">
        <button class="button main" type="submit" disabled=${busy}>${t(busy ? 'saving' : 'save')}</button>
        <a class="button" href=${cancel}>${t('cancel')}</a>
        ${tools}
      </div>
      ${conflict && html`<${Conflict} fields=${fields} base=${base} mine=${fromForm(fields, values, base)} conflict=${conflict}
        onMerged=${merged} onClose=${() => setConflict(null)} />`}
      ${leaving}
    </form>`;
}
