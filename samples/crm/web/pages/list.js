import {html, classes, useEffect, useId, useRef, useState} from '../core/dom.js';
import {change, mayWrite, query} from '../core/api.js';
import {navigate, route} from '../core/router.js';
import {useStore} from '../core/store.js';
import {useLoad} from '../core/load.js';
import {t} from '../core/i18n.js';
import {resources} from '../core/resources.js';
import {Blank, Failed, Loading, PageTitle, explain} from '../ui/page.js';
import {Icon} from '../ui/icons.js';
import {CustomerName, Value} from '../ui/cell.js';
import {toast} from '../ui/toast.js';

const size = 25;

/** Where the search, the order and the page are kept: in the address, so that the back button and links hold them. */
function go(resource, now, next) {
  const {q, sort, page, ...rest} = {...now, ...next};
  navigate(`${resource}${query({q, sort, page: page > 1 ? page : '', ...rest})}`, {replace: true});
}

function Search({resource, now}) {
  const id = useId('search');
  const [text, setText] = useState(now.q ?? '');
  const typed = useRef(text);
  const known = useRef(now.q ?? '');
  // what another part of the page put into the address, such as "clear the search"; not what was there from the begin,
  // since one may have typed before this is first looked at
  useEffect(() => {
    if ((now.q ?? '') === known.current) return;
    known.current = now.q ?? '';
    if (known.current !== typed.current.trim()) setText(typed.current = known.current);
  }, [now.q]);
  useEffect(() => {
    if (text.trim() === (now.q ?? '')) return undefined;
    const timer = setTimeout(() => go(resource, route.get().query, {q: text.trim(), page: 1}), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return html`
    <div class="search" role="search">
      <${Icon} name="search" size="18" />
      <label class="only-read" for=${id}>${t(`${resource}.search`)}</label>
      <input id=${id} type="search" data-search placeholder=${t(`${resource}.search`)} value=${text} autocomplete="off"
             onInput=${(event) => setText(typed.current = event.target.value)} />
    </div>`;
}

function Filter({resource, filter, now}) {
  const value = now[filter.name] ?? filter.initial ?? '';
  const choose = (next) => go(resource, route.get().query, {[filter.name]: next, page: 1});
  return html`
    <div class="segments" role="group" aria-label=${t(`field.${filter.name}`)}>
      ${(filter.initial ? [...filter.options, 'all'] : ['all', ...filter.options]).map((option) => {
        const on = value === (option === 'all' && !filter.initial ? '' : option);
        return html`<button type="button" key=${option} aria-pressed=${on ? 'true' : 'false'}
          onClick=${() => choose(option === 'all' && !filter.initial ? '' : option)}>
          ${t(option === 'all' ? 'all' : `${filter.words}.${option}`)}</button>`;
      })}
    </div>`;
}

/** Narrow screens have no column headings to press. */
function SortChoice({resource, columns, sort}) {
  const id = useId('sort');
  return html`
    <div class="sort-choice">
      <label class="only-read" for=${id}>${t('sort')}</label>
      <select id=${id} value=${sort} onChange=${(event) => go(resource, route.get().query, {sort: event.target.value, page: 1})}>
        ${[...new Set([...columns, sort.replace('-', '')])].flatMap((column) => [
          html`<option value=${column} selected=${sort === column}>${t(`field.${column}`)} ↑</option>`,
          html`<option value=${`-${column}`} selected=${sort === `-${column}`}>${t(`field.${column}`)} ↓</option>`])}
      </select>
    </div>`;
}

function Heading({resource, column, sort}) {
  const up = sort === column;
  const down = sort === `-${column}`;
  return html`
    <th scope="col" role="columnheader" class=${`column-${column}`} aria-sort=${up ? 'ascending' : down ? 'descending' : 'none'}>
      <button type="button" onClick=${() => go(resource, route.get().query, {sort: up ? `-${column}` : column, page: 1})}>
        ${t(`field.${column}`)}${(up || down) && html`<${Icon} name=${up ? 'up' : 'down'} size="14" />`}
      </button>
    </th>`;
}

/** The box before a task: the one change that a list makes. */
function Tick({task}) {
  const [busy, setBusy] = useState(false);
  const press = async (event) => {
    setBusy(true);
    const done = event.target.checked;
    try {
      await change('PUT', `tasks/${task.id}`, {json: {...task, done}});
      toast(t(done ? 'task.done' : 'task.open', {title: task.title}));
    } catch (error) {
      toast(error.status === 409 ? t('conflict.moved', {user: error.body.changed_by}) : explain(error), {kind: 'bad'});
      event.target.checked = task.done;
    } finally {
      setBusy(false);
    }
  };
  return html`<input type="checkbox" class="tick" aria-label=${t('task.tick', {title: task.title})} checked=${task.done}
    disabled=${busy || !mayWrite()} onChange=${press} />`;
}

function Table({resource, columns, items, sort, busy}) {
  const kind = resources[resource];
  return html`
    <table class=${classes('records', resource)} role="table" aria-label=${t(`${resource}.title`)} aria-busy=${busy ? 'true' : 'false'}>
      <thead role="rowgroup"><tr role="row">
        ${columns.map((column) => sort !== undefined && column !== 'customer_id' && column !== 'done'
          ? html`<${Heading} key=${column} resource=${resource} column=${column} sort=${sort} />`
          : html`<th scope="col" role="columnheader" class=${`column-${column}`} key=${column}>${t(`field.${column}`)}</th>`)}
      </tr></thead>
      <tbody role="rowgroup">
        ${items.map((record) => html`
          <tr role="row" key=${record.id} class=${record.done ? 'is-done' : ''}>
            ${columns.map((column) => html`
              <td role="cell" key=${column} class=${`column-${column}`} data-label=${t(`field.${column}`)}>
                ${column === 'done' ? html`<${Tick} task=${record} />`
                  : column === kind.title
                    ? html`<a class="row-link" href=${`#/${resource}/${record.id}`}>${record[column]}</a>
                        ${record.has_recording && html`<span class="has-recording"><${Icon} name="mic" size="14" />
                          <span class="only-read">${t('note.recorded')}</span></span>`}`
                    : html`<${Value} resource=${resource} field=${column} record=${record} />`}
              </td>`)}
          </tr>`)}
      </tbody>
    </table>`;
}

function Pager({resource, page, total}) {
  const pages = Math.max(1, Math.ceil(total / size));
  const turn = (to) => go(resource, route.get().query, {page: to});
  return html`
    <nav class="pager" aria-label=${t('pages')}>
      <span role="status">${t('records', {n: total})}</span>
      ${pages > 1 && html`<span class="tools">
        <button class="button small" disabled=${page <= 1} onClick=${() => turn(page - 1)}><${Icon} name="left" size="16" />${t('previous')}</button>
        <span>${t('page', {page, pages})}</span>
        <button class="button small" disabled=${page >= pages} onClick=${() => turn(page + 1)}>${t('next')}<${Icon} name="right" size="16" /></button>
      </span>`}
    </nav>`;
}

/** Whose records these are, when the list was opened from a customer's page, and the way to all of them. */
const OfCustomer = ({resource, id}) => html`
  <p class="of-customer"><span>${t('list.of')} <b><${CustomerName} id=${id} link /></b></span>
    <button type="button" class="button small" onClick=${() => go(resource, route.get().query, {customer_id: '', page: 1})}>${t('clear_search')}</button></p>`;

function Nothing({resource, now}) {
  const kind = resources[resource];
  const may = mayWrite();
  if (now.q || now.stage || now.customer_id || now.done === 'true') {
    return html`
      <${Blank} icon="search" title=${now.q ? t('no_match', {q: now.q}) : t('no_match_filter')}>
        <div class="tools"><button class="button" onClick=${() => navigate(resource, {replace: true})}>${t('clear_search')}</button></div>
      </${Blank}>`;
  }
  return html`
    <${Blank} icon=${kind.icon} title=${t(`${resource}.none`)}>
      <p>${t(may ? `${resource}.none.hint` : 'none.reader')}</p>
      ${may && html`<div class="tools">
        <a class="button main" href=${`#/${resource}/new`}><${Icon} name="plus" />${t(`${resource}.new`)}</a>
        ${resource === 'customers' && html`<a class="button" href="#/customers/import"><${Icon} name="upload" />${t('import')}</a>`}
      </div>`}
    </${Blank}>`;
}

export function ListPage({resource}) {
  const kind = resources[resource];
  const now = useStore(route).query;
  const sort = now.sort ?? kind.sort;
  const page = Number(now.page) || 1;
  const filter = kind.filter;
  const chosen = filter ? (now[filter.name] ?? filter.initial ?? '') : '';
  const customer = kind.fields.some(({name}) => name === 'customer_id') ? now.customer_id : undefined;
  const wanted = {q: now.q, customer_id: customer, sort, page, size, ...(filter && chosen !== 'all' ? {[filter.name]: chosen} : {})};
  const {data, error, loading, reload} = useLoad(`${resource}${query(wanted)}`);
  const may = mayWrite();
  const sortable = kind.columns.filter((column) => column !== 'customer_id' && column !== 'done');

  // a page beyond the end: the last record of it was deleted, or the link is old
  useEffect(() => {
    if (data && data.total > 0 && data.items.length === 0 && page > 1) {
      go(resource, now, {page: Math.ceil(data.total / size)});
    }
  }, [data]);

  const tools = html`
    ${resource === 'deals' && html`<a class="button" href="#/deals/board"><${Icon} name="board" />${t('board')}</a>`}
    ${resource === 'customers' && html`<a class="button" download href=${`/api/customers.csv${query({q: now.q})}`}><${Icon} name="download" />${t('export')}</a>`}
    ${resource === 'customers' && may && html`<a class="button" href="#/customers/import"><${Icon} name="upload" />${t('import')}</a>`}
    ${may && html`<a class="button main" href=${`#/${resource}/new${query({customer_id: customer})}`}><${Icon} name="plus" />${t(`${resource}.new`)}</a>`}`;
  return html`
    <${PageTitle} title=${t(`${resource}.title`)} tools=${tools} />
    ${customer && html`<${OfCustomer} resource=${resource} id=${customer} />`}
    <div class="list-bar">
      <${Search} resource=${resource} now=${now} />
      ${filter && html`<${Filter} resource=${resource} filter=${filter} now=${now} />`}
      <${SortChoice} resource=${resource} columns=${sortable} sort=${sort} />
    </div>
    ${error ? html`<${Failed} error=${error} retry=${reload} />`
      : !data ? html`<${Loading} />`
        : data.items.length === 0 ? !loading && html`<${Nothing} resource=${resource} now=${now} />`
          : html`<div class="sheet"><${Table} resource=${resource} columns=${kind.columns} items=${data.items} sort=${sort} busy=${loading} /></div>
              <${Pager} resource=${resource} page=${data.page} total=${data.total} />`}`;
}
