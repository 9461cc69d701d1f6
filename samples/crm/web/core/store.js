import {useEffect, useState} from './dom.js';

/**
 * A value that several components watch. `set` takes the next value or a function from the old one to the next.
 *
 *     const count = store(0);
 *     count.set((n) => n + 1);
 *     const n = useStore(count);      // in a component, which is drawn again at each change
 */
export function store(value) {
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === 'function' ? next(value) : next;
      for (const watcher of [...watchers]) watcher(value);
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

export function useStore(of) {
  const [value, setValue] = useState(of.get());
  useEffect(() => {
    // what changed between drawing and this effect
    setValue(() => of.get());
    return of.watch((next) => setValue(() => next));
  }, [of]);
  return value;
}
