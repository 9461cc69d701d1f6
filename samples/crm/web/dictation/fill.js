import {call} from '../core/api.js';
import {today} from '../core/format.js';
import {language} from '../core/i18n.js';

/** What the server's rules make of a dictation: `{fields, rest}`. "Tomorrow" is the person's, not the server's. */
export const fill = (record, text) => call('POST', 'dictation/fill', {json: {text, language: language.get(), record, today: today()}});

// The words that name a field when one speaks, for the two fields whose value is not written as it is spoken.
const names = {en: {email: 'email', phone: 'phone'}, pt: {email: 'email', phone: 'telefone'}};

/** "maria at acme dot com" as an address, by the same rules as for a whole record; null when they made nothing of it. */
export async function fillOne(record, field, text) {
  const name = names[language.get()][field];
  if (!name || !text) return null;
  try {
    return (await fill(record, `${name} ${text}`)).fields[field] ?? null;
  } catch {
    return null; // the words stand in the field as they were said
  }
}
