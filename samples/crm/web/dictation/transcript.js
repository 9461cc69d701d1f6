// Words as they come from the recogniser, and as they go into a field.

/** What has been said so far: `kept` will not change, `interim` may. */
export const silence = {kept: '', interim: ''};

const join = (a, b) => (a && b ? `${a} ${b}` : a || b);

export const withInterim = ({kept}, text) => ({kept, interim: text.trim()});
export const withFinal = ({kept}, text) => ({kept: join(kept, text.trim()), interim: ''});

/** When nobody will hear them again, what was last guessed is all there will be of those words: it is kept. */
export const cutOff = ({kept, interim}) => ({kept: join(kept, interim), interim: ''});

export const spoken = ({kept, interim}) => join(kept, interim);

/**
 * Puts what was said between `before` and `after`, with a space where one belongs. A field of one line gets no full stop
 * at its end: recognisers put one after everything.
 */
export function insert(before, said, after, oneLine) {
  const words = oneLine ? said.replace(/\s*\n\s*/g, ' ').replace(/[.,;]+$/, '') : said;
  if (!words) return before + after;
  const left = before && !/\s$/.test(before) ? ' ' : '';
  const right = after && !/^[\s.,;:!?]/.test(after) ? ' ' : '';
  return before + left + words + right + after;
}
