import {html, useId, useRef, useState} from '../core/dom.js';
import {change} from '../core/api.js';
import {t} from '../core/i18n.js';
import {PageTitle, explain} from '../ui/page.js';
import {Icon} from '../ui/icons.js';

function Outcome({result}) {
  return html`
    <section class="card outcome" role="status">
      <h2>${t('import.done')}</h2>
      <p>${t('import.created', {n: result.created})} ${t('import.updated', {n: result.updated})}</p>
      ${result.errors.length > 0 && html`
        <p class="error">${t('import.errors', {n: result.errors.length})}</p>
        <ul class="plain-list">${result.errors.slice(0, 100).map(({line, message}) => html`<li key=${line}><b>${t('import.line', {line})}</b> ${message}</li>`)}</ul>`}
      <div class="tools"><a class="button main" href="#/customers">${t('import.see')}</a></div>
    </section>`;
}

export function ImportPage() {
  const [file, setFile] = useState(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [result, setResult] = useState(null);
  const [over, setOver] = useState(false);
  const id = useId('file');
  const input = useRef(null);
  const take = (next) => {
    setFile(next ?? null);
    setProblem(null);
    setResult(null);
  };
  const submit = async (event) => {
    event.preventDefault();
    if (!file) {
      setProblem(t('import.no_file'));
      input.current.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      setResult(await change('POST', 'customers/import', {body: await file.text(), type: 'text/csv'}));
      setFile(null);
      input.current.value = '';
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return html`
    <${PageTitle} title=${t('import.title')} back=${{href: '#/customers', label: t('customers.title')}} />
    <form class="card fields" onSubmit=${submit}>
      <p>${t('import.text')}</p>
      <pre class="sample">name,company,phone,email,address${'\n'}Maria Souza,Acme,+351 555 1234,maria@acme.com,"Rua Direita 1, Porto"</pre>
      ${problem && html`<div class="banner" role="alert"><p>${problem}</p></div>`}
      <div class=${over ? 'drop over' : 'drop'} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
           onDrop=${(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files[0]); }}>
        <${Icon} name="upload" size="26" />
        <label for=${id}>${t('import.choose')}</label>
        <input id=${id} ref=${input} type="file" accept=".csv,text/csv" onChange=${(event) => take(event.target.files[0])} />
        ${file && html`<p><b>${file.name}</b></p>`}
      </div>
      <div class="form-tools"><button class="button main" disabled=${busy}>${t(busy ? 'import.busy' : 'import')}</button>
        <a class="button" href="#/customers">${t('cancel')}</a></div>
    </form>
    ${result && html`<${Outcome} result=${result} />`}`;
}
