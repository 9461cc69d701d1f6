import {html, useEffect, useId, useRef} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {Icon} from './icons.js';

/**
 * A window over the page: the browser's own <dialog>, which keeps the focus inside and gives it back at the end.
 * Escape calls `onClose`; without one the window can only be left by its buttons.
 */
export function Dialog({title, onClose, children, wide}) {
  const box = useRef(null);
  const id = useId('dialog');
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    return () => dialog.close(); // which gives the focus back to where it was
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  return html`
    <dialog ref=${box} class=${wide ? 'wide' : ''} aria-labelledby=${id} onCancel=${cancel}>
      <div class="dialog-title">
        <h2 id=${id}>${title}</h2>
        ${onClose && html`<button type="button" class="icon-button" aria-label=${t('close')} onClick=${onClose}>
          <${Icon} name="close" /></button>`}
      </div>
      ${children}
    </dialog>`;
}

/** A question with two answers. */
export const Ask = ({title, text, yes, no, onYes, onNo, danger}) => html`
  <${Dialog} title=${title} onClose=${onNo}>
    <p>${text}</p>
    <div class="dialog-tools">
      <button type="button" class="button" onClick=${onNo}>${no}</button>
      <button type="button" class=${danger ? 'button danger' : 'button main'} onClick=${onYes}>${yes}</button>
    </div>
  </${Dialog}>`;
