import {useEffect, useState} from './dom.js';
import {changes, get} from './api.js';
import {useStore} from './store.js';

/**
 * What the server has at `path`: `{data, error, loading, reload}`. Loaded again whenever the page changed something; the
 * old data stays until the new is there. A null path loads nothing.
 */
export function useLoad(path) {
  const version = useStore(changes);
  const [again, setAgain] = useState(0);
  const [state, setState] = useState({path, data: null, error: null, loading: true});
  useEffect(() => {
    if (path === null) return undefined;
    const abort = new AbortController();
    setState((old) => ({...old, loading: true}));
    get(path, {signal: abort.signal}).then(
      (data) => setState({path, data, error: null, loading: false}),
      (error) => error.name !== 'AbortError' && setState((old) => ({...old, path, error, loading: false})));
    return () => abort.abort();
  }, [path, version, again]);
  return {...state, reload: () => setAgain((n) => n + 1)};
}

const names = new Map();

/** The name of a customer, asked for once until something changes. */
export function useCustomerName(id) {
  const version = useStore(changes);
  const [name, setName] = useState('');
  useEffect(() => {
    if (!id) return undefined;
    let wanted = true;
    const key = `${id} ${version}`;
    if (!names.has(key)) {
      if (names.size > 500) names.clear();
      names.set(key, get(`customers/${id}`).then((customer) => customer.name, () => ''));
    }
    names.get(key).then((found) => wanted && setName(found));
    return () => { wanted = false; };
  }, [id, version]);
  return name;
}
