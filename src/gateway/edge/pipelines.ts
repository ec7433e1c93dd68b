/**
 * Answers that are owed, by connection. A client may ask again before the answer to what it asked is taken; each answer
 * may hold a page in memory, and `node:http` stops reading only once answers are there: so they are counted.
 */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export class Pipelines {
  readonly #owed = new Map<Duplex, Set<ServerResponse>>();
  readonly #over = new WeakSet<Duplex>();

  constructor(readonly most: number) {}

  /** All answers that are owed. */
  get owed(): ServerResponse[] {
    return [...this.#owed.values()].flatMap((responses) => [...responses]);
  }

  /**
   * Whether a request is to be served; the first for which there is no room is to be refused, and ends the connection.
   * What has been read of the requests behind it is not answered.
   */
  take(socket: Duplex, response: ServerResponse): 'serve' | 'refuse' | 'ignore' {
    if (this.#over.has(socket)) return 'ignore';
    const responses = this.#of(socket);
    responses.add(response);
    response.once('close', () => responses.delete(response));
    if (responses.size <= this.most) return 'serve';
    this.#over.add(socket);
    return 'refuse';
  }

  /** A response that waits for its turn is not told of the end of its connection: the connection tells. */
  #of(socket: Duplex): Set<ServerResponse> {
    const known = this.#owed.get(socket);
    if (known !== undefined) return known;
    const responses = new Set<ServerResponse>();
    this.#owed.set(socket, responses);
    socket.once('close', () => {
      this.#owed.delete(socket);
      for (const response of responses) response.destroy();
    });
    return responses;
  }
}
