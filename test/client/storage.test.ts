// The file of outbox and cursors: what was saved is there again, whatever happened to the end of it.
import { describe, expect, it } from 'vitest';
import { FileStorage } from '#client/file-storage';
import type { StorageFile } from '#client/file-storage';
import { clientLimits } from '#client/limits';
import type { Change, Saved } from '#client/ports';

class Disk implements StorageFile {
  text = '';
  aside = '';
  replaced = 0;
  isFull = false;

  async read(): Promise<string> {
    return this.text;
  }

  async append(line: string): Promise<void> {
    // A disk that is full takes the beginning.
    this.text += this.isFull ? line.slice(0, 7) : line;
    if (this.isFull) throw new Error('no space left');
  }

  async replace(text: string): Promise<void> {
    if (this.isFull) throw new Error('no space left');
    this.replaced += 1;
    this.text = text;
  }

  async setAside(text: string): Promise<void> {
    this.aside += text;
  }
}

const put = (n: number): Change => ({ do: 'put', entry: { id: `id-${n}`, conv: 'c', body: `body ${n}`, n } });
const cursor = (seq: number): Change => ({ do: 'cursor', conv: 'c', seq });
const { 'storage.lines': lines } = clientLimits({ 'storage.lines': 3 });

const open = async (disk: Disk): Promise<{ saved: Saved; save: (...changes: Change[]) => Promise<boolean> }> => {
  const storage = new FileStorage(disk, lines);
  const saved = await new Promise<Saved>((resolve) => storage.load(resolve));
  return { saved, save: (...changes) => new Promise((resolve) => storage.write(changes, resolve)) };
};

const idsIn = ({ outbox }: Saved): string[] => outbox.map(({ id }) => id);

describe('the file of a client', () => {
  it('has what was saved, in the order of writing', async () => {
    const disk = new Disk();
    const { save } = await open(disk);
    await save(put(2), cursor(7));
    await save(put(1), { do: 'drop', id: 'id-2' });
    const { saved } = await open(disk);
    expect(idsIn(saved)).toEqual(['id-1']);
    expect([...saved.cursors]).toEqual([['c', 7]]);
  });

  it('drops a line that a crash cut off, and goes on after it', async () => {
    const disk = new Disk();
    const { save } = await open(disk);
    await save(put(1));
    const whole = disk.text;
    await save(put(2));
    for (let length = whole.length; length < disk.text.length; length += 1) {
      const torn = new Disk();
      torn.text = disk.text.slice(0, length);
      const again = await open(torn);
      expect(idsIn(again.saved)).toEqual(['id-1']);
      expect(await again.save(put(3))).toBe(true);
      expect(idsIn((await open(torn)).saved)).toEqual(['id-1', 'id-3']);
    }
  });

  it('sets a damaged line aside, once, and keeps all the others', async () => {
    const disk = new Disk();
    const { save } = await open(disk);
    for (const n of [1, 2, 3]) await save(put(n));
    const damaged = disk.text.split('\n').map((line) => (line.includes('id-2') ? line.replace('{', '\0') : line));
    disk.text = damaged.join('\n');
    const again = await open(disk);
    expect(idsIn(again.saved)).toEqual(['id-1', 'id-3']);
    expect(disk.aside).toBe(`${damaged[1]}\n`);
    await again.save(put(4));
    expect(idsIn((await open(disk)).saved)).toEqual(['id-1', 'id-3', 'id-4']);
    expect(disk.aside).toBe(`${damaged[1]}\n`);
  });

  it('says when it could not save, and does so again when there is room', async () => {
    const disk = new Disk();
    const { save } = await open(disk);
    await save(put(1));
    disk.isFull = true;
    expect(await save(put(2))).toBe(false);
    expect(await save(put(3))).toBe(false);
    disk.isFull = false;
    expect(await save(put(4))).toBe(true);
    expect(idsIn((await open(disk)).saved)).toEqual(['id-1', 'id-4']);
  });

  it("is written anew beyond 'storage.lines', with what still counts", async () => {
    const disk = new Disk();
    const { save } = await open(disk);
    for (let n = 1; n <= 10; n += 1) await save(put(n), { do: 'drop', id: `id-${n - 1}` }, cursor(n));
    expect(disk.replaced).toBeGreaterThan(1);
    expect(disk.text.split('\n').length).toBeLessThanOrEqual(lines + 1);
    const { saved } = await open(disk);
    expect(idsIn(saved)).toEqual(['id-10']);
    expect([...saved.cursors]).toEqual([['c', 10]]);
  });
});
