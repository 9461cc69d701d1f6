import {html, useEffect, useState} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {Dialog} from './dialog.js';
import {Icon} from './icons.js';

const keys = [['Ctrl K', 'search'], ['Ctrl .', 'dictate'], ['Ctrl Enter', 'save'], ['Esc', 'stop'], ['Shift ← →', 'move']];

/** The keys of the page, and the window that lists them. */
export function Keys() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const press = (event) => {
      const search = document.querySelector('[data-search]');
      if ((event.ctrlKey || event.metaKey) && event.key === 'k' && search) {
        event.preventDefault();
        search.focus();
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return html`
    <button class="icon-button keys-button" aria-label=${t('keys')} title=${t('keys')} onClick=${() => setOpen(true)}><${Icon} name="keyboard" /></button>
    ${open && html`<${Dialog} title=${t('keys')} onClose=${() => setOpen(false)}>
      <dl class="keys">${keys.map(([key, what]) => html`<div key=${what}><dt>${key.split(' ').map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${t(`keys.${what}`)}</dd></div>`)}</dl>
    </${Dialog}>`}`;
}
