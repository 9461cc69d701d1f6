import {html, useEffect, useState} from '../core/dom.js';
import {change} from '../core/api.js';
import {store, useStore} from '../core/store.js';
import {t} from '../core/i18n.js';
import {explain} from './page.js';
import {Icon} from './icons.js';

const shown = store([]);
let last = 0;

/**
 * Says something at the foot of the page for a while. `action` is `{label, run}`. A message takes the place of the one
 * before, but for one that offers something: that stays beside it.
 */
export function toast(text, {action, kind = 'plain', seconds = action ? 20 : 4} = {}) {
  const id = ++last;
  shown.set((old) => [...old.filter((one) => one.action).slice(-1), {id, text, action, kind, seconds}]);
}

const close = (id) => shown.set((old) => old.filter((one) => one.id !== id));

/** Deletes a record and offers to bring it back. */
export async function deleteWithUndo(resource, record, name) {
  const {undo} = await change('DELETE', `${resource}/${record.id}?version=${record.version}`);
  toast(t('deleted', {name}), {
    action: {
      label: t('undo'),
      run: async () => {
        try {
          await change('POST', `undo/${undo}`);
          toast(t('restored', {name}));
        } catch (error) {
          toast(error.status === 404 ? t('error.undo_too_old') : explain(error), {kind: 'bad'});
        }
      },
    },
  });
}

function Toast({id, text, action, kind, seconds}) {
  const [held, setHeld] = useState(false);
  // it stays while the mouse or the keyboard is on it
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => close(id), seconds * 1000);
    return () => clearTimeout(timer);
  }, [held]);
  return html`
    <li class=${`toast ${kind}`} onMouseEnter=${() => setHeld(true)} onMouseLeave=${() => setHeld(false)}
        onFocusIn=${() => setHeld(true)} onFocusOut=${() => setHeld(false)}>
      <span>${text}</span>
      ${action && html`<button class="link" onClick=${() => { close(id); action.run(); }}>${action.label}</button>`}
      <button class="icon-button" aria-label=${t('close')} onClick=${() => close(id)}><${Icon} name="close" size="16" /></button>
    </li>`;
}

export function Toasts() {
  const toasts = useStore(shown);
  return html`<ul class="toasts" aria-live="polite" aria-label=${t('messages')}>
    ${toasts.map((one) => html`<${Toast} key=${one.id} ...${one} />`)}
  </ul>`;
}
