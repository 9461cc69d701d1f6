import {store} from './store.js';

export const languages = {en: 'English', pt: 'Português'};

/** The language of the page, "en" or "pt"; set it with `speak`. */
export const language = store('en');

/** The person's own variety of the page's language, for dates and numbers: "en-GB" where the browser says so. */
export const locale = () => navigator.languages.find((tag) => tag.startsWith(language.get())) ?? language.get();

let words = {};
let plural = new Intl.PluralRules('en');

/** Loads the dictionary of `code` and draws the page in it. */
export async function speak(code) {
  const response = await fetch(`i18n/${code}.json`);
  if (!response.ok) throw new Error(`i18n/${code}.json: status ${response.status}`);
  words = await response.json();
  plural = new Intl.PluralRules(code);
  document.documentElement.lang = code;
  try {
    localStorage.setItem('language', code);
  } catch { /* storage may be closed to this page: the choice then lasts as long as the page */ }
  language.set(code);
}

/** What the person chose before, else the first language of the browser that there is a dictionary for. */
export function preferredLanguage() {
  let kept = null;
  try {
    kept = localStorage.getItem('language');
  } catch { /* as above */ }
  const wanted = [kept, ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((code) => code in languages) ?? 'en';
}

/**
 * The text of a key, with `{name}` replaced by the value of that name. With a number `n` the key's `.one` or `.other`
 * is taken.
 */
export function t(key, values = {}) {
  const found = words[key] ?? ('n' in values ? words[`${key}.${plural.select(values.n)}`] ?? words[`${key}.other`] : undefined);
  if (found === undefined) return key;
  return found.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** Whether there is a text for the key. */
export const has = (key) => key in words;
