import {html, useEffect, useId, useRef, useState} from '../core/dom.js';
import {get, query} from '../core/api.js';
import {useCustomerName} from '../core/load.js';
import {t} from '../core/i18n.js';
import {Icon} from './icons.js';

/**
 * Chooses a customer by typing part of the name: a combobox with a list under it, as the ARIA practices describe it.
 * `value` is the customer's id or ''.
 */
export function CustomerPicker({id, value, required, invalid, describedby, onChange}) {
  const name = useCustomerName(value);
  const list = useId('customers');
  const [text, setText] = useState(null); // null: nothing typed since the last choice
  const [found, setFound] = useState([]);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const box = useRef(null);

  useEffect(() => {
    if (!open) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => get(`customers${query({q: text, sort: 'name', size: 8})}`, {signal: abort.signal})
      .then(({items}) => { setFound(items); setAt(0); }, () => {}), text ? 150 : 0);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [text, open]);

  const choose = (customer) => {
    onChange(customer ? customer.id : '');
    setText(null);
    setOpen(false);
  };
  const key = (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) setOpen(true);
      else if (found.length) setAt((at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
    } else if (event.key === 'Enter' && open && found[at] && !event.ctrlKey) {
      event.preventDefault();
      choose(found[at]);
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setText(null);
      setOpen(false);
    }
  };
  const leave = () => {
    setOpen(false);
    if (text === '') choose(null);
    setText(null);
  };
  const option = (k) => `${list}-${k}`;
  return html`
    <div class="picker">
      <input id=${id} ref=${box} type="text" role="combobox" autocomplete="off" aria-autocomplete="list" aria-controls=${list}
             aria-expanded=${open ? 'true' : 'false'} aria-required=${required ? 'true' : 'false'}
             aria-invalid=${invalid ? 'true' : 'false'} aria-describedby=${describedby}
             aria-activedescendant=${open && found[at] ? option(at) : null}
             placeholder=${t('picker.hint')} value=${text ?? name}
             onInput=${(event) => { setText(event.target.value); setOpen(true); }}
             onClick=${() => setOpen(true)} onKeyDown=${key} onBlur=${leave} />
      <${Icon} name="down" size="16" />
      <ul id=${list} role="listbox" aria-label=${t('customers.title')} hidden=${!open}>
        ${found.map((customer, k) => html`
          <li key=${customer.id} id=${option(k)} role="option" aria-selected=${k === at ? 'true' : 'false'}
              onMouseDown=${(event) => event.preventDefault()} onClick=${() => choose(customer)}>
            <b>${customer.name}</b>${customer.company && html`<span>${customer.company}</span>`}
          </li>`)}
        ${open && found.length === 0 && html`<li class="quiet" role="option" aria-selected="false" aria-disabled="true">${t('picker.none')}</li>`}
      </ul>
    </div>`;
}
