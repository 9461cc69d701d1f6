// From what the server sends to what people read, and back for money. Everything is in the language of the page.
import {locale} from './i18n.js';

export const date = (day) => !day ? '' : new Intl.DateTimeFormat(locale(), {dateStyle: 'medium', timeZone: 'UTC'})
  .format(new Date(`${day.slice(0, 10)}T00:00:00Z`));

export const time = (at) => !at ? '' : new Intl.DateTimeFormat(locale(), {dateStyle: 'medium', timeStyle: 'short'})
  .format(new Date(at));

const units = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60]];

/** "3 hours ago". */
export function ago(at, now = Date.now()) {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const form = new Intl.RelativeTimeFormat(locale(), {numeric: 'auto'});
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return form.format(Math.trunc(unit === 'second' ? 0 : seconds / length), unit);
}

export function money(cents, currency = 'EUR') {
  if (cents === undefined || cents === null) return '';
  try {
    return new Intl.NumberFormat(locale(), {style: 'currency', currency, minimumFractionDigits: cents % 100 ? 2 : 0})
      .format(cents / 100);
  } catch {
    return `${cents / 100} ${currency}`; // no code of a currency: shown as it was written
  }
}

/** Cents as a person would type them: "1250,50". */
export const amount = (cents) => cents === undefined || cents === null ? '' : new Intl.NumberFormat(
  locale(), {useGrouping: false, minimumFractionDigits: cents % 100 ? 2 : 0, maximumFractionDigits: 2}).format(cents / 100);

/**
 * Cents of "1,250.50", "1.250,50", "-1250" …, or null when that is no amount. The last point or comma is the decimal one
 * when one or two digits follow it.
 */
export function cents(text) {
  const plain = text.replace(/[\s\u00a0']/g, '');
  if (plain === '') return 0;
  const parts = /^([-\u2212]?)(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(plain);
  if (!parts) return null;
  const [, sign, whole, rest = ''] = parts;
  const value = Number(whole.replace(/[.,]/g, '')) * 100 + Number(rest.padEnd(2, '0'));
  if (!Number.isSafeInteger(value)) return null;
  return sign && value ? -value : value;
}

/** Today in the person's time zone, as the server writes days. */
export function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** 75 as "1:15". */
export const duration = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
