import {change} from './api.js';
import {fromForm} from './resources.js';

const same = (fields, a, b) => fields.every(({name}) => (a[name] ?? '') === (b[name] ?? ''));

/**
 * Saves a form in up to three calls: the record, its note, the note's sound. `done` remembers what has been saved, so that
 * after a failure half-way the next try goes on where this one ended and makes nothing twice.
 *
 *     const done = {};
 *     const saved = await save({resource, fields, values, record, note, recording, done});
 *
 * `record` is the record as it was loaded (null for a new one), with the version that the change is based on.
 */
export async function save({resource, fields, values, record, note, recording, done}) {
  const body = fromForm(fields, values, record ?? {});
  if (!record) done.record = await change('POST', resource, {json: body});
  else if (same(fields, body, record)) done.record = record;
  else done.record = await change('PUT', `${resource}/${record.id}`, {json: body});

  const text = note?.trim();
  if (text && done.note?.text !== text) {
    done.note = done.note
      ? await change('PUT', `notes/${done.note.id}`, {json: {...done.note, text}})
      : await change('POST', 'notes', {json: {customer_id: done.record.id, text}});
  }
  const holder = resource === 'notes' ? done.record : done.note;
  if (recording && holder && done.recording !== recording) {
    await change('PUT', `notes/${holder.id}/recording`, {body: recording.wav(), type: 'audio/wav'});
    done.recording = recording;
  }
  return done.record;
}
