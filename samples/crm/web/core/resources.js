// What the page knows of each kind of record: its fields in the order of the form, and the columns of its list.
import * as format from './format.js';

/** In the order a deal goes through them. */
export const stages = ['lead', 'qualified', 'proposal', 'won', 'lost'];
const currencies = ['EUR', 'USD', 'GBP', 'BRL'];

const customer = {name: 'customer_id', type: 'customer', required: true};

export const resources = {
  customers: {
    icon: 'people',
    title: 'name',
    sort: 'name',
    fields: [
      {name: 'name', required: true, autocomplete: 'off'},
      {name: 'company'},
      {name: 'phone', type: 'tel', half: true},
      {name: 'email', type: 'email', half: true},
      {name: 'address', type: 'area', rows: 2},
    ],
    columns: ['name', 'company', 'phone', 'email'],
  },
  contacts: {
    icon: 'card',
    title: 'name',
    sort: 'name',
    fields: [{name: 'name', required: true}, customer, {name: 'role'},
      {name: 'phone', type: 'tel', half: true}, {name: 'email', type: 'email', half: true}],
    columns: ['name', 'customer_id', 'role', 'phone', 'email'],
  },
  deals: {
    icon: 'board',
    title: 'title',
    sort: '-updated_at',
    fields: [
      {name: 'title', required: true},
      customer,
      {name: 'stage', type: 'choice', options: stages, words: 'stage', initial: 'lead'},
      {name: 'value_cents', type: 'money', half: true},
      {name: 'currency', type: 'choice', options: currencies, initial: 'EUR', half: true},
      {name: 'close_on', type: 'date'},
    ],
    columns: ['title', 'customer_id', 'stage', 'value_cents', 'close_on'],
    filter: {name: 'stage', options: stages, words: 'stage'},
  },
  tasks: {
    icon: 'check',
    title: 'title',
    sort: 'due_on',
    fields: [
      {name: 'title', required: true},
      {...customer, required: false},
      {name: 'due_on', type: 'date', half: true},
      {name: 'assignee', half: true},
      {name: 'done', type: 'tick'},
    ],
    columns: ['done', 'title', 'customer_id', 'due_on', 'assignee'],
    filter: {name: 'done', options: ['false', 'true'], words: 'done', initial: 'false'},
  },
  notes: {
    icon: 'note',
    title: 'text',
    sort: '-created_at',
    fields: [customer, {name: 'text', type: 'area', rows: 8, required: true}],
    columns: ['text', 'customer_id', 'created_at'],
  },
};

/** What the address of a list says so that it shows all of them, also where it begins with some alone. */
export const everything = (resource) => {
  const {filter} = resources[resource];
  return filter?.initial ? {[filter.name]: 'all'} : {};
};

/** The values of a form, by field, out of a record: strings, but for ticks and the customer's number. */
export function toForm(fields, record) {
  return Object.fromEntries(fields.map((field) => {
    const value = record[field.name];
    if (field.type === 'money') return [field.name, format.amount(value)];
    if (field.type === 'tick') return [field.name, value === true];
    return [field.name, value ?? field.initial ?? ''];
  }));
}

/** The way back, onto `record`. Money that cannot be read is left as null, which `missing` reports. */
export function fromForm(fields, values, record = {}) {
  const out = {...record};
  for (const {name, type} of fields) {
    const value = values[name];
    if (type === 'money') out[name] = format.cents(value);
    else if (type === 'customer') out[name] = value === '' ? null : value;
    else if (type === 'date') out[name] = value === '' ? null : value;
    else out[name] = typeof value === 'string' ? value.trim() : value;
  }
  return out;
}

/** Keys of what is wrong, by field, before the server is asked. */
export function problems(fields, values) {
  const found = {};
  for (const field of fields) {
    const value = values[field.name];
    if (field.required && String(value ?? '').trim() === '') found[field.name] = 'error.required';
    else if (field.type === 'money' && format.cents(value) === null) found[field.name] = 'error.amount';
  }
  return found;
}
