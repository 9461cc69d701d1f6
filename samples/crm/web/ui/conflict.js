import {html, useState} from '../core/dom.js';
import * as format from '../core/format.js';
import {t} from '../core/i18n.js';
import {merge, resolve} from '../core/merge.js';
import {Dialog} from './dialog.js';
import {Plain} from './cell.js';

/** One field that both changed: two versions, one choice. */
const Choice = ({row, user, chosen, choose}) => html`
  <fieldset class="versus">
    <legend>${t(`field.${row.field}`)}</legend>
    <p class="quiet">${t('conflict.before')} <${Plain} field=${row.field} value=${row.base} /></p>
    <div class="versus-sides">
      ${['mine', 'theirs'].map((side) => html`
        <label key=${side} class=${chosen === side ? 'side chosen' : 'side'}>
          <input type="radio" name=${`versus-${row.field}`} value=${side} checked=${chosen === side} onChange=${() => choose(side)} />
          <span class="side-of">${side === 'mine' ? t('conflict.mine') : t('conflict.theirs', {user})}</span>
          <span class="side-value"><${Plain} field=${row.field} value=${row[side]} /></span>
        </label>`)}
    </div>
  </fieldset>`;

/**
 * Shown when a record was changed by somebody else since it was opened. `conflict` is the server's answer, with the newest
 * record in `current`; `onMerged` gets the record to save, which carries the newest version number.
 */
export function Conflict({fields, base, mine, conflict, onMerged, onClose}) {
  const theirs = conflict.current;
  const rows = merge(fields.map((field) => field.name), base, mine, theirs);
  const open = rows.filter((row) => row.kind === 'both');
  const taken = rows.filter((row) => row.kind === 'theirs');
  const kept = rows.filter((row) => row.kind === 'mine');
  const [choices, setChoices] = useState({});
  const ready = open.every((row) => choices[row.field]);
  const user = conflict.changed_by;
  const side = (row, value) => html`<li key=${row.field}><b>${t(`field.${row.field}`)}</b> →${' '}<${Plain} field=${row.field} value=${value} /></li>`;
  return html`
    <${Dialog} title=${t('conflict.title')} onClose=${onClose} wide>
      <p>${t('conflict.text', {user, time: format.time(conflict.changed_at)})}</p>
      ${open.map((row) => html`<${Choice} key=${row.field} row=${row} user=${user} chosen=${choices[row.field]}
        choose=${(value) => setChoices((old) => ({...old, [row.field]: value}))} />`)}
      ${taken.length > 0 && html`<p class="conflict-list">${t('conflict.taken', {user})}</p>
        <ul class="plain-list">${taken.map((row) => side(row, row.theirs))}</ul>`}
      ${kept.length > 0 && html`<p class="conflict-list">${t('conflict.kept')}</p>
        <ul class="plain-list">${kept.map((row) => side(row, row.mine))}</ul>`}
      <div class="dialog-tools">
        <button type="button" class="button" onClick=${onClose}>${t('conflict.edit')}</button>
        <button type="button" class="button main" disabled=${!ready} onClick=${() => onMerged(resolve(rows, choices, mine, theirs))}>
          ${t('conflict.save')}</button>
      </div>
      ${!ready && html`<p class="quiet right">${t('conflict.choose')}</p>`}
    </${Dialog}>`;
}
