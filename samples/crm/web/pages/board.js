import {html, classes, useId, useState} from '../core/dom.js';
import {change, mayWrite, query} from '../core/api.js';
import {useLoad} from '../core/load.js';
import {t} from '../core/i18n.js';
import * as format from '../core/format.js';
import {stages} from '../core/resources.js';
import {Failed, Loading, PageTitle, explain} from '../ui/page.js';
import {CustomerName} from '../ui/cell.js';
import {Icon} from '../ui/icons.js';
import {toast} from '../ui/toast.js';

const size = 50;

/** The sums of a column, one for each currency: they cannot be added up. */
function Sums({deals}) {
  const sums = {};
  for (const {value_cents: cents, currency} of deals) if (cents) sums[currency] = (sums[currency] ?? 0) + cents;
  return html`<span class="sums">${Object.entries(sums).map(([currency, cents]) => format.money(cents, currency)).join(' + ')}</span>`;
}

/**
 * Moves a deal. When somebody else changed it meanwhile, only the stage is at stake: the move is made on the newest record,
 * unless that has been moved too.
 */
async function move(deal, stage) {
  try {
    return await change('PUT', `deals/${deal.id}`, {json: {...deal, stage}});
  } catch (error) {
    const newest = error.body?.current;
    if (error.status !== 409 || !newest || newest.stage !== deal.stage) throw error;
    return change('PUT', `deals/${deal.id}`, {json: {...newest, stage}});
  }
}

function Card({deal, moveTo}) {
  const may = mayWrite();
  const choice = useId('stage');
  const key = (event) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const cards = [...event.currentTarget.closest('ul').querySelectorAll('.deal > a')];
    const next = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (next) {
      event.preventDefault();
      cards[cards.indexOf(event.currentTarget) + next]?.focus();
    } else if (step && event.shiftKey && may) {
      event.preventDefault();
      const stage = stages[stages.indexOf(deal.stage) + step];
      if (stage) moveTo(deal, stage);
    }
  };
  return html`
    <li class="deal" data-deal=${deal.id} draggable=${may} onDragStart=${(event) => {
      event.dataTransfer.setData('text/plain', String(deal.id));
      event.dataTransfer.effectAllowed = 'move';
    }}>
      <a href=${`#/deals/${deal.id}`} onKeyDown=${key} draggable="false" aria-describedby=${may ? 'board-help' : null}>${deal.title}</a>
      <span class="quiet"><${CustomerName} id=${deal.customer_id} /></span>
      <span class="deal-foot"><b>${format.money(deal.value_cents, deal.currency)}</b>
        ${deal.close_on && html`<span class="quiet">${format.date(deal.close_on)}</span>`}</span>
      ${may && html`<span class="deal-move"><label class="only-read" for=${choice}>${t('board.move', {title: deal.title})}</label>
        <select id=${choice} onChange=${(event) => moveTo(deal, event.target.value)}>
          ${stages.map((stage) => html`<option value=${stage} selected=${stage === deal.stage}>${t(`stage.${stage}`)}</option>`)}
        </select></span>`}
    </li>`;
}

function Column({stage, data, moveTo, drop}) {
  const [over, setOver] = useState(false);
  const id = useId('column');
  const may = mayWrite();
  return html`
    <section class=${classes('column', stage, over && 'over')} aria-labelledby=${id}
        onDragOver=${(event) => { if (may) { event.preventDefault(); setOver(true); } }}
        onDragLeave=${() => setOver(false)}
        onDrop=${(event) => { event.preventDefault(); setOver(false); drop(Number(event.dataTransfer.getData('text/plain')), stage); }}>
      <header><h2 id=${id}>${t(`stage.${stage}`)}</h2><span class="count">${data.total}</span><${Sums} deals=${data.items} /></header>
      <ul>${data.items.map((deal) => html`<${Card} key=${deal.id} deal=${deal} moveTo=${moveTo} />`)}</ul>
      ${data.total === 0 && html`<p class="quiet column-empty">${t('board.empty')}</p>`}
      ${data.total > data.items.length && html`<a href=${`#/deals${query({stage})}`}>${t('board.more', {n: data.total - data.items.length})}</a>`}
    </section>`;
}

const useStage = (stage) => useLoad(`deals${query({stage, sort: '-updated_at', size})}`);

export function BoardPage() {
  const columns = stages.map(useStage);
  const may = mayWrite();
  const moveTo = async (deal, stage) => {
    if (stage === deal.stage) return;
    try {
      await move(deal, stage);
      toast(t('board.moved', {title: deal.title, stage: t(`stage.${stage}`)}));
    } catch (error) {
      toast(error.status === 409 ? t('conflict.moved', {user: error.body.changed_by}) : explain(error), {kind: 'bad'});
      columns.forEach((column) => column.reload());
    }
    // the card now stands in another column: the focus goes along, once it is there
    const until = Date.now() + 3000;
    const follow = () => {
      const link = document.querySelector(`.column.${stage} [data-deal="${deal.id}"] > a`);
      if (link) link.focus();
      else if (Date.now() < until) requestAnimationFrame(follow);
    };
    follow();
  };
  const drop = (id, stage) => {
    const deal = columns.flatMap((column) => column.data?.items ?? []).find((one) => one.id === id);
    if (deal) moveTo(deal, stage);
  };
  const failed = columns.find((column) => column.error);
  const tools = html`
    <a class="button" href="#/deals"><${Icon} name="list" />${t('as_list')}</a>
    ${may && html`<a class="button main" href="#/deals/new"><${Icon} name="plus" />${t('deals.new')}</a>`}`;
  return html`
    <${PageTitle} title=${t('deals.title')} tools=${tools} />
    ${may && html`<p class="quiet board-help" id="board-help">${t('board.help')}</p>`}
    ${failed ? html`<${Failed} error=${failed.error} retry=${failed.reload} />`
      : columns.some((column) => !column.data) ? html`<${Loading} />`
        : html`<div class="board" role="region" aria-label=${t('board')} tabindex="0">
            ${stages.map((stage, k) => html`<${Column} key=${stage} stage=${stage} data=${columns[k].data} moveTo=${moveTo} drop=${drop} />`)}
          </div>`}`;
}
