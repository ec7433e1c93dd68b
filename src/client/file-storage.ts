/**
 * Outbox and cursors in a file, for Node: a line a write, synced before it counts. A line that was cut off by a crash
 * never counted, so it is dropped; a file that has grown too long is written anew. One process at a time uses a file.
 */
import { MemoryStorage } from '#client/memory-storage';
import type { Change, ClientStorage, Saved } from '#client/ports';

/** The file, as far as it is needed: node.ts hands it in. */
export interface StorageFile {
  /** Empty when there is none. */
  read(): Promise<string>;
  /** Durable when it is over. */
  append(line: string): Promise<void>;
  /** The whole content at once: after a crash there is the old one or the new one. */
  replace(text: string): Promise<void>;
}

const lineOf = (changes: readonly Change[]): string => `${JSON.stringify(changes)}\n`;

export class FileStorage implements ClientStorage {
  readonly #file: StorageFile;
  readonly #mostLines: number;
  readonly #memory = new MemoryStorage();
  #lines = 0;
  /** The end of the file may be half a line. */
  #isTorn = false;

  constructor(file: StorageFile, mostLines: number) {
    this.#file = file;
    this.#mostLines = mostLines;
  }

  load(done: (saved: Saved) => void): void {
    void this.#file.read().then((text) => {
      const lines = text.split('\n');
      this.#isTorn = lines.pop() !== '';
      this.#lines = lines.length;
      for (const line of lines) for (const change of JSON.parse(line) as Change[]) this.#memory.apply(change);
      this.#memory.load(done);
    });
  }

  write(changes: readonly Change[], done: (isSaved: boolean) => void): void {
    void this.#write(changes).then(
      () => {
        for (const change of changes) this.#memory.apply(change);
        done(true);
      },
      () => {
        this.#isTorn = true;
        done(false);
      },
    );
  }

  async #write(changes: readonly Change[]): Promise<void> {
    if (!this.#isTorn && this.#lines < this.#mostLines) {
      await this.#file.append(lineOf(changes));
      this.#lines += 1;
      return;
    }
    const next = new MemoryStorage();
    for (const change of [...this.#memory.kept(), ...changes]) next.apply(change);
    await this.#file.replace(lineOf(next.kept()));
    this.#lines = 1;
    this.#isTorn = false;
  }
}
