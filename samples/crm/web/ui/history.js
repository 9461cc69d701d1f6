import {html, useState} from '../core/dom.js';
import {useLoad} from '../core/load.js';
import * as format from '../core/format.js';
import {has, t} from '../core/i18n.js';
import {Failed, Loading} from './page.js';
import {Plain} from './cell.js';

const Entry = ({entry}) => html`
  <li>
    <p><b>${entry.user}</b> ${t(`history.${entry.action}`)} <time datetime=${entry.at} title=${format.time(entry.at)}>${format.ago(entry.at)}</time></p>
    ${entry.action === 'change' && html`<dl class="changes">
      ${Object.entries(entry.changes ?? {}).map(([field, [before, after]]) => html`
        <div key=${field}><dt>${has(`field.${field}`) ? t(`field.${field}`) : field}</dt>
          <dd><del><${Plain} field=${field} value=${before} /></del> → <ins><${Plain} field=${field} value=${after} /></ins></dd></div>`)}
    </dl>`}
  </li>`;

function Entries({resource, id}) {
  const {data, error, reload} = useLoad(`${resource}/${id}/history`);
  if (error) return html`<${Failed} error=${error} retry=${reload} />`;
  if (!data) return html`<${Loading} lines="2" />`;
  if (data.items.length === 0) return html`<p class="quiet">${t('history.none')}</p>`;
  return html`<ol class="history">${data.items.map((entry, k) => html`<${Entry} key=${k} entry=${entry} />`)}</ol>`;
}

/** Who changed what, asked for when it is opened. */
export function History({resource, id}) {
  const [open, setOpen] = useState(false);
  return html`
    <details class="card history-card" onToggle=${(event) => setOpen(event.target.open)}>
      <summary>${t('history')}</summary>
      ${open && html`<${Entries} resource=${resource} id=${id} />`}
    </details>`;
}
