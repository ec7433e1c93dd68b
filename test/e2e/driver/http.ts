/** The HTTP API as a stranger uses it: one call, its status, headers and JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly token?: string;
  readonly method?: string;
  /** Sent as JSON; text and bytes go as they are. */
  readonly body?: unknown;
}

const bodyOf = (body: unknown): string | Uint8Array<ArrayBuffer> | null => {
  if (body === undefined) return null;
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
};

export async function call(base: string, path: string, { token, method, body }: Call = {}): Promise<Answer> {
  const response = await fetch(`${base}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: bodyOf(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  const { status, headers } = response;
  return { status, headers, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text } };
}
