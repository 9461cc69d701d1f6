/**
 * What to do with each field when two people changed a record: `base` is what both began with, `mine` and `theirs` what
 * each made of it. A list of `{field, base, mine, theirs, kind}`, of the fields that at least one of them changed:
 * kind "mine" or "theirs" when one alone did, "same" when both wrote the same, "both" when a person must choose.
 *
 *     merge(['phone'], {phone: '1'}, {phone: '2'}, {phone: '3'})   // [{field: 'phone', …, kind: 'both'}]
 */
export function merge(fields, base, mine, theirs) {
  const same = (a, b) => (a ?? '') === (b ?? '');
  return fields
    .map((field) => ({field, base: base[field], mine: mine[field], theirs: theirs[field]}))
    .filter(({base, mine, theirs}) => !same(base, mine) || !same(base, theirs))
    .map((row) => ({...row, kind: same(row.mine, row.theirs) ? 'same'
      : same(row.base, row.theirs) ? 'mine'
        : same(row.base, row.mine) ? 'theirs' : 'both'}));
}

/** The record that comes of it: `choices` says "mine" or "theirs" for each field of kind "both". */
export function resolve(rows, choices, mine, theirs) {
  const out = {...theirs};
  for (const {field, kind} of rows) {
    const side = kind === 'both' ? choices[field] : kind;
    out[field] = side === 'theirs' || side === 'same' ? theirs[field] : mine[field];
  }
  return out;
}
