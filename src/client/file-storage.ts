/**
 * Outbox and cursors in a file, for Node: a line a write, synced before it counts. A line that was cut off by a crash
 * never counted, so it is dropped; a line that is damaged otherwise is set aside, and the rest counts. A file that has
 * grown too long is written anew. One process at a time uses a file.
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
  /** Keeps what cannot be read, for whoever looks after it. */
  setAside(text: string): Promise<void>;
}

const changesOf = (line: string): readonly Change[] | undefined => {
  try {
    const changes: unknown = JSON.parse(line);
    return Array.isArray(changes) ? (changes as Change[]) : undefined;
  } catch {
    return undefined;
  }
};

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
    void this.#load().then(() => this.#memory.load(done));
  }

  async #load(): Promise<void> {
    const lines = (await this.#file.read()).split('\n');
    this.#isTorn = lines.pop() !== '';
    this.#lines = lines.length;
    const damaged: string[] = [];
    for (const line of lines) {
      const changes = changesOf(line);
      if (changes === undefined) damaged.push(line);
      for (const change of changes ?? []) this.#memory.apply(change);
    }
    if (damaged.length === 0) return;
    await this.#file.setAside(`${damaged.join('\n')}\n`);
    // The next write leaves them out.
    this.#isTorn = true;
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
