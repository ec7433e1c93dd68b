/** The query of a request, strictly: each name once, every escape a whole character. */

/** Undefined: malformed. */
export const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** Fields by name; undefined when it is malformed or names a field twice. */
export const queryOf = (target: string): ReadonlyMap<string, string> | undefined => {
  const start = target.indexOf('?');
  const fields = new Map<string, string>();
  if (start === -1) return fields;
  for (const pair of target.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const [name = '', ...rest] = pair.replaceAll('+', ' ').split('=');
    const [key, value] = [decoded(name), decoded(rest.join('='))];
    if (key === undefined || value === undefined || fields.has(key)) return undefined;
    fields.set(key, value);
  }
  return fields;
};

/** Digits as the number they are; anything else stays text, for the schema to refuse. */
export const numberOr = (value: string): number | string => (/^\d{1,15}$/.test(value) ? Number(value) : value);
