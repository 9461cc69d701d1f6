// Every call to the server goes through `call`, so that the CSRF token, errors and a session that ran out are dealt with
// in one place.
import {store} from './store.js';

/** Who is logged in: `{user, name, role, csrf}`, or null. */
export const session = store(null);

/** Whether that person may change anything; of a component that must follow the session: `mayWrite(useStore(session))`. */
export const mayWrite = (who = session.get()) => who !== null && who.role !== 'reader';

/** Grows with each change that this page made: what was loaded before is out of date. */
export const changes = store(0);

/** `code` is the server's, or "unreachable" when no answer came. `field` names the field that is wrong, if one is. */
class ApiError extends Error {
  constructor(status, body) {
    super(body.error?.message ?? '');
    this.status = status;
    this.code = body.error?.code ?? (status === 0 ? 'unreachable' : 'internal');
    this.field = body.error?.field;
    this.body = body;
  }
}

let askToLogIn = async () => false;

/** `ask` is called when the session ran out; it resolves to true when the person has logged in again. */
export function onSessionLost(ask) {
  askToLogIn = ask;
}

async function send(method, path, {json, body, type, signal}) {
  const headers = {Accept: 'application/json'};
  if (method !== 'GET' && session.get()) headers['X-CSRF-Token'] = session.get().csrf;
  if (json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(json);
  } else if (type) {
    headers['Content-Type'] = type;
  }
  try {
    return await fetch(`/api/${path}`, {method, headers, body, signal, credentials: 'same-origin', cache: 'no-store'});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, {});
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return response.ok ? text : {};
  }
}

/**
 * The server's answer, or an ApiError. A 401 asks for the password over what is on the screen and then tries once more,
 * so that nothing typed is lost when a session runs out.
 */
export async function call(method, path, options = {}) {
  let response = await send(method, path, options);
  if (response.status === 401 && path !== 'session' && session.get() && await askToLogIn()) {
    response = await send(method, path, options);
  }
  const body = await read(response);
  if (!response.ok) throw new ApiError(response.status, body ?? {});
  return body;
}

export const get = (path, options) => call('GET', path, options);

/** A call that changes something; lists that are on the screen are loaded again after it. */
export async function change(method, path, options) {
  const answer = await call(method, path, options);
  changes.set((n) => n + 1);
  return answer;
}

/** `{a: 1, b: ''}` as `?a=1`: what is empty is left out. */
export function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}
