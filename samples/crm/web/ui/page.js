// What every page is made of: its heading, and what it shows while there is nothing to show.
import {html, useEffect, useRef} from '../core/dom.js';
import {t} from '../core/i18n.js';
import {Icon} from './icons.js';

let first = true;

/**
 * The heading of a page. The keyboard's focus goes to it when the page is changed, as it would in a new document;
 * not on the first page, which starts where the browser starts. `tools` are the buttons beside it.
 */
export function PageTitle({title, under, back, tools}) {
  const heading = useRef(null);
  useEffect(() => {
    if (!first) heading.current.focus({preventScroll: true});
    first = false;
    scrollTo(0, 0);
  }, []);
  useEffect(() => {
    document.title = `${title} · CRM`;
  }, [title]);
  return html`
    <header class="page-title">
      ${back && html`<a class="back" href=${back.href}><${Icon} name="left" size="16" />${back.label}</a>`}
      <div class="page-title-row">
        <div class="page-title-words">
          <h1 tabindex="-1" ref=${heading}>${title}</h1>
          ${under && html`<p class="under">${under}</p>`}
        </div>
        ${tools && html`<div class="tools">${tools}</div>`}
      </div>
    </header>`;
}

export const Loading = ({lines = 6}) => html`
  <div class="loading" role="status">
    <span class="only-read">${t('loading')}</span>
    ${Array.from({length: lines}, () => html`<div class="bone" aria-hidden="true"></div>`)}
  </div>`;

/** What an error means to the person who sees it. */
export function explain(error) {
  if (error.code === 'unreachable') return t('error.unreachable');
  if (error.status === 429) return t('error.too_often');
  if (error.code === 'too_large') return t('error.too_large');
  if (error.code === 'forbidden') return t('error.forbidden');
  return error.message || t('error.internal');
}

export const Failed = ({error, retry}) => html`
  <div class="blank" role="alert">
    <span class="blank-picture warn"><${Icon} name="warning" size="28" /></span>
    <h2>${error.status === 404 ? t('error.gone.title') : t('error.title')}</h2>
    <p>${error.status === 404 ? t('error.gone') : explain(error)}</p>
    <div class="tools">
      ${retry && error.status !== 404 && html`<button class="button" onClick=${retry}>${t('retry')}</button>`}
      <a class="button" href="#/customers">${t('home')}</a>
    </div>
  </div>`;

export const Blank = ({icon, title, children}) => html`
  <div class="blank">
    <span class="blank-picture"><${Icon} name=${icon} size="28" /></span>
    <h2>${title}</h2>
    ${children}
  </div>`;
