/** HTTP requests as text, one a connection, and what comes back. */
import { sleep } from '#test/e2e/driver/wait';
import type { Camp } from '#test/siege/attack';
import { requestText } from '#test/siege/tools/wire';

export interface Reply {
  /** `ended` when it was ended without a word, `open` when neither came. */
  readonly status: string;
  readonly text: string;
}

/** Sends bytes as they are and waits for an answer, or the end. */
export async function exchange(camp: Camp, bytes: string | Buffer): Promise<Reply> {
  const line = camp.line();
  line.write(bytes);
  const answered = async (): Promise<void> => {
    while (!/^HTTP\/1\.1 \d+[^]*\r\n\r\n/.test(line.text) && !line.isEnded) await sleep(5);
  };
  await Promise.race([answered(), sleep(camp.target.patienceMs)]);
  const { text, isEnded } = line;
  line.cut();
  return { status: /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? (isEnded ? 'ended' : 'open'), text };
}

/** A request in form; the connection is not kept. */
export const request = (
  camp: Camp,
  requestLine: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<Reply> => {
  const length: Record<string, string> = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const all = { Host: 'siege', Connection: 'close', ...length, ...headers };
  return exchange(camp, requestText(`${requestLine} HTTP/1.1`, all, body));
};
