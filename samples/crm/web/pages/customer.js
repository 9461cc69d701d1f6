import {html} from '../core/dom.js';
import {mayWrite, query, session} from '../core/api.js';
import {useStore} from '../core/store.js';
import {useLoad} from '../core/load.js';
import {t} from '../core/i18n.js';
import * as format from '../core/format.js';
import {everything} from '../core/resources.js';
import {Failed, Loading, PageTitle} from '../ui/page.js';
import {History} from '../ui/history.js';
import {Icon} from '../ui/icons.js';
import {Due, Stage} from '../ui/cell.js';
import {DeleteButton, Sound} from './record.js';

const size = 20;

/** The contacts, deals, tasks or notes of a customer. */
function Part({resource, customer, children, sort}) {
  const may = mayWrite(useStore(session));
  const {data, error, reload} = useLoad(`${resource}${query({customer_id: customer.id, sort, size})}`);
  return html`
    <section class="card part" aria-label=${t(`${resource}.title`)}>
      <header><h2>${t(`${resource}.title`)} ${data && html`<span class="count">${data.total}</span>`}</h2>
        ${may && html`<a class="button small" href=${`#/${resource}/new?customer_id=${customer.id}`} >
          <${Icon} name="plus" size="16" />${t(`${resource}.new`)}</a>`}</header>
      ${error ? html`<${Failed} error=${error} retry=${reload} />`
        : !data ? html`<${Loading} lines="2" />`
          : data.total === 0 ? html`<p class="quiet">${t(`${resource}.none.here`)}</p>`
            : html`<ul class="lines">${data.items.map((item) => html`<li key=${item.id}>${children(item)}</li>`)}</ul>`}
      ${data && data.total > size && html`<a href=${`#/${resource}${query({...everything(resource), customer_id: customer.id})}`}>${t('records', {n: data.total})}</a>`}
    </section>`;
}

const ContactLine = (contact) => html`
  <div class="line-main"><a href=${`#/contacts/${contact.id}`}>${contact.name}</a>
    ${contact.role && html`<span class="quiet">${contact.role}</span>`}</div>
  <div class="line-side">${contact.phone && html`<a href=${`tel:${contact.phone.replace(/[^+\d]/g, '')}`}>${contact.phone}</a>`}
    ${contact.email && html`<a href=${`mailto:${contact.email}`}>${contact.email}</a>`}</div>`;

const DealLine = (deal) => html`
  <div class="line-main"><a href=${`#/deals/${deal.id}`}>${deal.title}</a></div>
  <div class="line-side"><span>${format.money(deal.value_cents, deal.currency)}</span><${Stage} stage=${deal.stage} /></div>`;

const TaskLine = (task) => html`
  <div class="line-main"><a class=${task.done ? 'struck' : ''} href=${`#/tasks/${task.id}`}>${task.title}</a></div>
  <div class="line-side">${task.done ? t('done.true') : html`<${Due} task=${task} />`}</div>`;

const NoteLine = (note) => html`
  <article class="note">
    <p class="note-text">${note.text}</p>
    <${Sound} note=${note} />
    <p class="quiet"><time datetime=${note.created_at}>${format.time(note.created_at)}</time> · <a href=${`#/notes/${note.id}`}>${t('open')}</a></p>
  </article>`;

export function CustomerPage({id}) {
  const may = mayWrite(useStore(session));
  const {data: customer, error, reload} = useLoad(`customers/${id}`);
  if (error) return html`<${PageTitle} title=${t('customers.title')} /><${Failed} error=${error} retry=${reload} />`;
  if (!customer) return html`<${PageTitle} title=${t('customers.title')} /><${Loading} />`;
  const facts = [
    ['phone', customer.phone, `tel:${(customer.phone ?? '').replace(/[^+\d]/g, '')}`],
    ['mail', customer.email, `mailto:${customer.email}`],
    ['pin', customer.address],
  ];
  const field = {phone: 'phone', mail: 'email', pin: 'address'};
  return html`
    <${PageTitle} title=${customer.name} under=${customer.company} back=${{href: '#/customers', label: t('customers.title')}}
      tools=${may && html`
        <a class="button main" href=${`#/customers/${id}/edit`}><${Icon} name="pencil" />${t('edit')}</a>
        <${DeleteButton} resource="customers" record=${customer} to="customers" />`} />
    <dl class="card reach">
      ${facts.map(([icon, text, link]) => html`<div key=${icon}><dt><${Icon} name=${icon} /><span class="only-read">${t(`field.${field[icon]}`)}</span></dt>
        <dd>${!text ? html`<span class="quiet">${t(`no.${field[icon]}`)}</span>` : link ? html`<a href=${link}>${text}</a>` : text}</dd></div>`)}
    </dl>
    <div class="parts">
      <div>
        <${Part} resource="notes" customer=${customer} sort="-created_at">${NoteLine}</${Part}>
      </div>
      <div>
        <${Part} resource="deals" customer=${customer} sort="-updated_at">${DealLine}</${Part}>
        <${Part} resource="tasks" customer=${customer} sort="due_on">${TaskLine}</${Part}>
        <${Part} resource="contacts" customer=${customer} sort="name">${ContactLine}</${Part}>
        <${History} resource="customers" id=${id} />
      </div>
    </div>`;
}
