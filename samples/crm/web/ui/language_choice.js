import {html, useId} from '../core/dom.js';
import {useStore} from '../core/store.js';
import {language, languages, speak, t} from '../core/i18n.js';
import {Icon} from './icons.js';

export function LanguageChoice() {
  const now = useStore(language);
  const id = useId('language');
  return html`
    <div class="language">
      <${Icon} name="globe" size="18" /><label class="only-read" for=${id}>${t('language')}</label>
      <select id=${id} onChange=${(event) => speak(event.target.value)}>
        ${Object.entries(languages).map(([code, name]) => html`<option value=${code} selected=${code === now} lang=${code}>${name}</option>`)}
      </select>
    </div>`;
}
