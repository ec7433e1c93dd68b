/** One user of the rights test: asks over WebSocket or HTTP, and keeps every text it was ever shown. */
import { call } from '#test/e2e/driver/http';
import type { Client } from '#test/e2e/driver/client';
import type { Stage } from '#test/e2e/stage';
import { tokenFor } from '#test/e2e/stage';

/** What came: the fields of the answer, or the code of the refusal. */
export type Said = { readonly ok: Readonly<Record<string, unknown>> } | { readonly code: string };

export class Somebody {
  readonly shown: string[] = [];
  #ids = 0;

  private constructor(
    readonly user: string,
    readonly client: Client,
    readonly stage: Stage,
    readonly token: string,
  ) {}

  static async come(stage: Stage, user: string): Promise<Somebody> {
    return new Somebody(user, await stage.present(user), stage, await tokenFor(user));
  }

  id(): string {
    this.#ids += 1;
    return `${this.user}-${String(this.#ids).padStart(6, '0')}`;
  }

  /** Everything that came over its connections, and over HTTP. */
  texts(): string[] {
    const frames = this.client.recording.connections.flatMap(({ traffic }) => traffic);
    return [...this.shown, ...frames.filter(({ dir }) => dir === 'in').map(({ frame }) => JSON.stringify(frame))];
  }

  async http(path: string, body?: unknown): Promise<Said> {
    const { token } = this;
    const answer = await call(this.stage.server.http ?? '', path, body === undefined ? { token } : { token, body });
    this.shown.push(JSON.stringify(answer.body));
    const { code } = answer.body;
    return typeof code === 'string' ? { code } : { ok: answer.body };
  }

  /** What a promise of the client comes to. */
  async ws(asked: Promise<unknown>): Promise<Said> {
    try {
      return { ok: (await asked) as Record<string, unknown> };
    } catch (why) {
      return { code: /(gateway|conversation|store)\.[a-z_]+/.exec(String(why))?.[0] ?? String(why) };
    }
  }
}
