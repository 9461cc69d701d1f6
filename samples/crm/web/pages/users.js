import {html, useId, useRef, useState} from '../core/dom.js';
import {change} from '../core/api.js';
import {useLoad} from '../core/load.js';
import {t} from '../core/i18n.js';
import {Failed, Loading, PageTitle, explain} from '../ui/page.js';
import {toast} from '../ui/toast.js';

const roles = ['sales', 'reader', 'admin'];

function Input({name, label, error, hint, ...rest}) {
  const id = useId(name);
  return html`
    <div class=${error ? 'field wrong' : 'field'}>
      <div class="field-label"><label for=${id}>${label}</label></div>
      <div class="control"><input id=${id} name=${name} required autocomplete="off" aria-invalid=${error ? 'true' : 'false'}
        aria-describedby=${`${id}-more`} ...${rest} /></div>
      <p id=${`${id}-more`} class=${error ? 'error' : 'quiet'}>${error ?? hint}</p>
    </div>`;
}

function NewUser() {
  const [wrong, setWrong] = useState({});
  const [busy, setBusy] = useState(false);
  const role = useId('role');
  const form = useRef(null);
  const submit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form.current));
    setBusy(true);
    setWrong({});
    try {
      await change('POST', 'users', {json: values});
      form.current.reset();
      toast(t('users.added', {name: values.name}), {kind: 'good'});
    } catch (error) {
      setWrong({[error.field ?? 'form']: explain(error)});
      form.current.querySelector(`[name="${error.field}"]`)?.focus();
    } finally {
      setBusy(false);
    }
  };
  return html`
    <form ref=${form} class="card fields" onSubmit=${submit} aria-label=${t('users.new')}>
      <h2>${t('users.new')}</h2>
      ${wrong.form && html`<div class="banner" role="alert"><p>${wrong.form}</p></div>`}
      <${Input} name="name" label=${t('field.name')} error=${wrong.name} />
      <${Input} name="user" label=${t('login.user')} error=${wrong.user} hint=${t('users.user.hint')} autocapitalize="none" />
      <${Input} name="password" type="password" label=${t('login.password')} error=${wrong.password} hint=${t('users.password.hint')} autocomplete="new-password" />
      <div class="field"><div class="field-label"><label for=${role}>${t('users.role')}</label></div>
        <select id=${role} name="role">${roles.map((one) => html`<option value=${one}>${t(`role.${one}`)}</option>`)}</select></div>
      <div><button class="button main" disabled=${busy}>${t('users.add')}</button></div>
    </form>`;
}

export function UsersPage() {
  const {data, error, reload} = useLoad('users');
  return html`
    <${PageTitle} title=${t('users.title')} under=${t('users.text')} />
    <div class="parts">
      <div>${error ? html`<${Failed} error=${error} retry=${reload} />` : !data ? html`<${Loading} />` : html`
        <ul class="card lines">${(data.items ?? data).map((user) => html`<li key=${user.user}>
          <div class="line-main"><b>${user.name}</b><span class="quiet">${user.user}</span></div>
          <div class="line-side"><span class=${`role ${user.role}`}>${t(`role.${user.role}`)}</span></div></li>`)}</ul>`}</div>
      <div><${NewUser} /></div>
    </div>`;
}
