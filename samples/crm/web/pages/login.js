import {html, useEffect, useId, useRef, useState} from '../core/dom.js';
import {call, session} from '../core/api.js';
import {t} from '../core/i18n.js';
import {Dialog} from '../ui/dialog.js';
import {LanguageChoice} from '../ui/language_choice.js';
import {explain} from '../ui/page.js';

/** Name and password. `user` is given when somebody who was logged in must show the password again. */
function LoginForm({user, onDone}) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const name = useId('user');
  const password = useId('password');
  const box = useRef(null);
  useEffect(() => box.current.querySelector(user ? '[type=password]' : 'input').focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    setProblem(null);
    try {
      const answer = await call('POST', 'session', {json: {user: user ?? form.get('user'), password: form.get('password')}});
      session.set(answer);
      onDone?.();
    } catch (error) {
      setProblem(error.status === 401 ? t('login.wrong') : explain(error));
      box.current.querySelector('[type=password]').select();
      setBusy(false);
    }
  };
  return html`
    <form ref=${box} class="login-form" onSubmit=${submit}>
      ${problem && html`<div class="banner" role="alert"><p>${problem}</p></div>`}
      <div class="field"><label for=${name}>${t('login.user')}</label>
        <div class="control"><input id=${name} name="user" autocomplete="username" autocapitalize="none" required value=${user} disabled=${Boolean(user)} /></div></div>
      <div class="field"><label for=${password}>${t('login.password')}</label>
        <div class="control"><input id=${password} name="password" type="password" autocomplete="current-password" required /></div></div>
      <button class="button main wide" disabled=${busy}>${t(busy ? 'login.busy' : 'login')}</button>
    </form>`;
}

export function LoginPage() {
  useEffect(() => { document.title = `${t('login')} · CRM`; });
  return html`
    <main class="login">
      <div class="login-card">
        <img src="icon.svg" alt="" width="48" height="48" />
        <h1>${t('login.title')}</h1>
        <p class="quiet">${t('login.text')}</p>
        <${LoginForm} />
        <${LanguageChoice} />
      </div>
    </main>`;
}

/** Over the page, when the session ran out: what is on the page stays. */
export const LoginAgain = ({user, onDone, onLeave}) => html`
  <${Dialog} title=${t('login.again')}>
    <p>${t('login.again.text')}</p>
    <${LoginForm} user=${user} onDone=${onDone} />
    <button type="button" class="link" onClick=${onLeave}>${t('login.other')}</button>
  </${Dialog}>`;
