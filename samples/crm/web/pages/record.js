// The pages of one record: a new one, one that is changed, one that can only be read.
import {html, useState} from '../core/dom.js';
import {mayWrite, session} from '../core/api.js';
import {navigate} from '../core/router.js';
import {useStore} from '../core/store.js';
import {useLoad} from '../core/load.js';
import {t} from '../core/i18n.js';
import {resources} from '../core/resources.js';
import * as format from '../core/format.js';
import {Failed, Loading, PageTitle, explain} from '../ui/page.js';
import {History} from '../ui/history.js';
import {Icon} from '../ui/icons.js';
import {RecordForm} from '../ui/record_form.js';
import {Value} from '../ui/cell.js';
import {deleteWithUndo, toast} from '../ui/toast.js';

const shorten = (text) => (text.length > 60 ? `${text.slice(0, 58)}…` : text);

/** What to call a record in a heading or a sentence. */
const nameOf = (resource, record) => shorten(record[resources[resource].title].split('\n')[0]);

const customerOf = (resource, record) => (resource === 'customers' ? record.id : record.customer_id);

/** Back to where the record is seen: its customer's page, else the list. */
const home = (resource, record) => (customerOf(resource, record) ? `customers/${customerOf(resource, record)}` : resource);

export function NewRecord({resource, preset}) {
  const back = preset.customer_id ? `#/customers/${preset.customer_id}` : `#/${resource}`;
  const given = {...preset, ...(preset.customer_id ? {customer_id: Number(preset.customer_id)} : {}),
    ...(resource === 'tasks' ? {assignee: session.get().user} : {})};
  const saved = (record) => {
    toast(t('saved', {name: nameOf(resource, record)}), {kind: 'good'});
    navigate(home(resource, record));
  };
  return html`
    <${PageTitle} title=${t(`${resource}.new`)} back=${{href: back, label: t('back')}} />
    <${RecordForm} resource=${resource} record=${null} preset=${given} onSaved=${saved} cancel=${back} />`;
}

export function DeleteButton({resource, record, to}) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await deleteWithUndo(resource, record, nameOf(resource, record));
      navigate(to);
    } catch (error) {
      setBusy(false);
      toast(error.status === 409 ? t('conflict.moved', {user: error.body.changed_by}) : explain(error), {kind: 'bad'});
    }
  };
  return html`<button type="button" class="button danger" disabled=${busy} onClick=${press}><${Icon} name="trash" />${t('delete')}</button>`;
}

/** The sound that is kept with a note. */
export const Sound = ({note}) => note.has_recording && html`
  <div class="sound"><span class="quiet">${t('recording')}</span>
    <audio controls preload="none" src=${`/api/notes/${note.id}/recording`} aria-label=${t('recording')}></audio></div>`;

/** A record as a reader sees it. */
const Facts = ({resource, record}) => html`
  <dl class="card facts">
    ${resources[resource].fields.map(({name}) => html`
      <div key=${name}><dt>${t(`field.${name}`)}</dt>
        <dd><${Value} resource=${resource} field=${name} record=${record} link /></dd></div>`)}
  </dl>`;

export function RecordPage({resource, id}) {
  const may = mayWrite(useStore(session));
  const {data, error, reload} = useLoad(`${resource}/${id}`);
  // the record that the form began with: what others change meanwhile is found out when it is saved, and shown then
  const [opened, setOpened] = useState(null);
  if (data && !opened) setOpened(data);
  const record = may ? opened ?? data : data;
  if (error && !record) return html`<${PageTitle} title=${t(`${resource}.title`)} /><${Failed} error=${error} retry=${reload} />`;
  if (!record) return html`<${PageTitle} title=${t(`${resource}.title`)} /><${Loading} />`;
  const back = `#/${home(resource, record)}`;
  const list = resource === 'customers' ? 'customers' : home(resource, record);
  const saved = (next) => {
    toast(t('saved', {name: nameOf(resource, next)}), {kind: 'good'});
    navigate(home(resource, next));
  };
  return html`
    <${PageTitle} title=${resource === 'customers' ? t('customers.edit', {name: record.name}) : nameOf(resource, record)}
      under=${t('changed_at', {time: format.time(record.updated_at)})} back=${{href: back, label: t('back')}} />
    ${may ? html`<${RecordForm} resource=${resource} record=${record} onSaved=${saved} cancel=${back}
        tools=${html`<${DeleteButton} resource=${resource} record=${record} to=${list} />`} />`
      : html`<${Facts} resource=${resource} record=${record} />`}
    ${resource === 'notes' && html`<${Sound} note=${record} />`}
    <${History} resource=${resource} id=${id} />`;
}
