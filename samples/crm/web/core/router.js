// Pages are hashes (`#/customers/12?q=souza`), so that any static file server can serve them.
import {store} from './store.js';

/** A broken escape, as in "50%", stands for itself: it leads to no record, and must not take the page away. */
const decode = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const parse = (hash) => {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  return {
    parts: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(search)),
    hash,
  };
};

/** Where the person is: `{parts: ['customers', '12'], query: {q: 'souza'}}`. */
export const route = store(parse(location.hash));

let guard = null;

/** While set, `ask(leave)` is called instead of leaving the page; calling `leave` leaves. */
export function setGuard(ask) {
  guard = ask;
}

addEventListener('hashchange', () => {
  const here = route.get();
  const there = parse(location.hash);
  if (guard && there.parts.join('/') !== here.parts.join('/')) {
    history.replaceState(null, '', here.hash || '#/');
    guard(() => {
      guard = null;
      location.hash = there.hash;
    });
    return;
  }
  route.set(there);
});

export function navigate(path, {replace = false} = {}) {
  const hash = `#/${path}`;
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, '', hash);
  route.set(parse(hash));
}
