/** One HTTP request of a check, and its answer. Wherever a server asks for patience, it must say how much. */
import type { Person } from '#conformance/tokens';
import { must, mustHold, shown } from '#conformance/unmet';

export interface Request {
  /** Whose token goes along; none when absent. */
  readonly as?: Person;
  readonly token?: string;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface HttpOptions {
  /** Without a slash at the end. */
  readonly base: string;
  readonly remainingMs: () => number;
  readonly story: string[];
}

export type Http = (route: `${string} /${string}`, request?: Request) => Promise<Answer>;

const asJson = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
};

const isSeconds = (text: string | null): boolean => text !== null && /^\d+$/.test(text);

export const createHttp =
  ({ base, remainingMs, story }: HttpOptions): Http =>
  async (route, { as, token = as?.token, body } = {}) => {
    const [method = 'GET', path = '/'] = route.split(' ', 2);
    story.push(`http >> ${route} ${body === undefined ? '' : shown(body)}`);
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(remainingMs()),
    });
    const text = await response.text();
    const { status, headers } = response;
    story.push(`http << ${status} ${shown(text)}`);
    if (status === 429 || status === 503) {
      must(isSeconds(headers.get('retry-after')), `Retry-After, in seconds, with a ${status}`, [...headers]);
    }
    return { status, headers, text, json: asJson(text) };
  };

/** The status demanded; the JSON of the body. */
export const answered = (answer: Answer, status: number): Answer['json'] => {
  must(answer.status === status, `status ${status}`, `${answer.status} ${answer.text}`);
  return answer.json;
};

/** Refused with this status, and with the `error` object of this code. */
export const refusedWith = (answer: Answer, status: number, code: string): void => {
  const error = answered(answer, status);
  mustHold(error, { code, effect: 'none' }, 'an error object');
  must(typeof error['message'] === 'string', 'an error object with a message', error);
};
