import {html, render} from './core/dom.js';
import {call, session} from './core/api.js';
import {preferredLanguage, speak} from './core/i18n.js';
import {App} from './app.js';

await speak(preferredLanguage());
try {
  session.set(await call('GET', 'session'));
} catch {
  session.set(null); // not logged in, or not to be reached: the page for logging in says which
}
render(html`<${App} />`, document.getElementById('app'));
