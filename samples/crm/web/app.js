import {html, useEffect, useState} from './core/dom.js';
import {call, mayWrite, onSessionLost, session} from './core/api.js';
import {navigate, route} from './core/router.js';
import {useStore} from './core/store.js';
import {language, t} from './core/i18n.js';
import {resources} from './core/resources.js';
import {Blank, PageTitle} from './ui/page.js';
import {Icon} from './ui/icons.js';
import {LanguageChoice} from './ui/language_choice.js';
import {Keys} from './ui/keys.js';
import {Toasts} from './ui/toast.js';
import {BoardPage} from './pages/board.js';
import {CustomerPage} from './pages/customer.js';
import {ImportPage} from './pages/import.js';
import {ListPage} from './pages/list.js';
import {LoginAgain, LoginPage} from './pages/login.js';
import {NewRecord, RecordPage} from './pages/record.js';
import {UsersPage} from './pages/users.js';

const NotFound = () => html`
  <${PageTitle} title=${t('not_found.title')} />
  <${Blank} icon="search" title=${t('not_found')}><a class="button main" href="#/customers">${t('home')}</a></${Blank}>`;

/** The page of an address; readers are not led to pages that only change things. */
function pageOf({parts: [first, second, third], query}, who) {
  const may = mayWrite(who);
  if (first === 'users' && who.role === 'admin') return html`<${UsersPage} />`;
  if (!(first in resources)) return html`<${NotFound} />`;
  if (second === undefined) return html`<${ListPage} resource=${first} />`;
  if (first === 'deals' && second === 'board') return html`<${BoardPage} />`;
  if (first === 'customers' && second === 'import' && may) return html`<${ImportPage} />`;
  if (second === 'new' && may) return html`<${NewRecord} resource=${first} preset=${query} />`;
  if (!/^\d+$/.test(second)) return html`<${NotFound} />`;
  if (first === 'customers' && third === undefined) return html`<${CustomerPage} id=${second} />`;
  if (first === 'customers' && !may) return html`<${NotFound} />`;
  return html`<${RecordPage} resource=${first} id=${second} />`;
}

function Links({here, role}) {
  const link = (name, href, icon) => html`
    <li key=${name}><a href=${href} aria-current=${here === name ? 'page' : null}><${Icon} name=${icon} /><span>${t(`${name}.title`)}</span></a></li>`;
  return html`
    <ul>
      ${Object.entries(resources).map(([name, {icon}]) => link(name, name === 'deals' ? '#/deals/board' : `#/${name}`, icon))}
      ${role === 'admin' && link('users', '#/users', 'shield')}
    </ul>`;
}

async function logOut() {
  await call('DELETE', 'session').catch(() => {});
  session.set(null);
}

function Shell({who, lost, onAgain}) {
  const now = useStore(route);
  const path = now.parts.join('/');
  useEffect(() => {
    if (path === '') navigate('customers', {replace: true});
  }, [path]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector('h1')?.focus(); }}>${t('skip')}</a>
    <div class="shell">
      <header class="side">
        <a class="brand" href="#/customers"><img src="icon.svg" alt="" width="28" height="28" /><span>CRM</span></a>
        <nav aria-label=${t('menu')}><${Links} here=${now.parts[0]} role=${who.role} /></nav>
        <div class="me">
          <span class="me-name"><b>${who.name}</b><span>${t(`role.${who.role}`)}</span></span>
          <button class="icon-button log-out" onClick=${logOut} aria-label=${t('logout')} title=${t('logout')}><${Icon} name="leave" /></button>
          <${LanguageChoice} />
          <${Keys} />
        </div>
      </header>
      <main id="main"><div class="page" key=${path}>${path && pageOf(now, who)}</div></main>
    </div>
    <${Toasts} />
    ${lost && html`<${LoginAgain} user=${who.user} onDone=${() => onAgain(true)} onLeave=${() => { onAgain(false); session.set(null); }} />`}`;
}

/** Drawn anew in another language; a form that is being filled in keeps what is in it. */
export function App() {
  const who = useStore(session);
  useStore(language);
  const [lost, setLost] = useState(null);
  useEffect(() => {
    let waiting = null; // several calls may find out at once
    onSessionLost(() => {
      waiting ??= new Promise((resolve) => setLost(() => resolve)).finally(() => {
        waiting = null;
        setLost(null);
      });
      return waiting;
    });
  }, []);
  if (!who) return html`<${LoginPage} />`;
  return html`<${Shell} who=${who} lost=${Boolean(lost)} onAgain=${(yes) => lost(yes)} />`;
}
