import {html} from '../core/dom.js';
import {useCustomerName} from '../core/load.js';
import * as format from '../core/format.js';
import {has, t} from '../core/i18n.js';

export function CustomerName({id, link}) {
  const name = useCustomerName(id);
  if (!id) return null;
  return link ? html`<a href=${`#/customers/${id}`}>${name || `#${id}`}</a>` : html`${name}`;
}

export const Stage = ({stage}) => html`<span class=${`stage ${stage}`}>${t(`stage.${stage}`)}</span>`;

/** The day a task is due, marked when that is over; with a word, since colour alone says nothing to some. */
export function Due({task}) {
  if (!task.due_on) return null;
  const late = !task.done && task.due_on < format.today();
  return html`<span class=${late ? 'late' : ''}>${format.date(task.due_on)}${late && html` <b>${t('late')}</b>`}</span>`;
}

/** One value of a record as people read it: in lists, and where a record can only be looked at. */
export function Value({resource, field, record, link = false}) {
  const value = record[field];
  if (field === 'customer_id') return html`<${CustomerName} id=${value} link=${link} />`;
  if (value === undefined || value === null || value === '') return null;
  if (field === 'stage') return html`<${Stage} stage=${value} />`;
  if (field === 'value_cents') return format.money(value, record.currency);
  if (field === 'due_on' && resource === 'tasks') return html`<${Due} task=${record} />`;
  if (field === 'close_on' || field === 'due_on') return format.date(value);
  if (field === 'created_at' || field === 'updated_at') return html`<time datetime=${value}>${format.time(value)}</time>`;
  if (field === 'done') return t(`done.${value}`);
  if (field === 'phone') return html`<a href=${`tel:${value.replace(/[^+\d]/g, '')}`}>${value}</a>`;
  if (field === 'email') return html`<a href=${`mailto:${value}`}>${value}</a>`;
  return String(value);
}

/** One value as words alone, where it stands beside what it was or what another made of it. */
export function Plain({field, value}) {
  if (value === '' || value === null || value === undefined) return html`<i>${t('empty')}</i>`;
  if (field === 'customer_id') return html`<${CustomerName} id=${value} />`;
  if (field === 'stage' && has(`stage.${value}`)) return html`${t(`stage.${value}`)}`;
  if (field === 'value_cents') return html`${format.amount(value)}`;
  if (typeof value === 'boolean') return html`${t(value ? 'yes' : 'no')}`;
  return html`${String(value)}`;
}
