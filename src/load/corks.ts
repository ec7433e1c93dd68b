/** Everything that one turn of the event loop writes to a socket goes out as one write: a system call less a frame. */
import type { Socket } from 'node:net';

export class Corks {
  #corked: Socket[] = [];

  cork(socket: Socket): void {
    if (socket.writableCorked > 0) return;
    socket.cork();
    if (this.#corked.push(socket) === 1) setImmediate(() => this.#uncork());
  }

  #uncork(): void {
    const corked = this.#corked;
    this.#corked = [];
    for (const socket of corked) socket.uncork();
  }
}
