// The one door to the vendored library: Preact with its hooks, and htm, which writes elements as tagged templates.
export {
  html, render, useEffect, useLayoutEffect, useRef, useState,
} from '../vendor/preact.js';

import {useRef} from '../vendor/preact.js';

let last = 0;

/** A string that is unique in the document and stays the same for the life of the component: for `id` and `aria-*`. */
export function useId(prefix = 'id') {
  const id = useRef(null);
  if (id.current === null) id.current = `${prefix}-${++last}`;
  return id.current;
}

/** Class names out of strings and conditions: `classes('a', wide && 'b')`. */
export const classes = (...names) => names.filter(Boolean).join(' ');
