/** How the users of a load run come to talk: hello for each, one direct conversation for each pair. */
import type { RawData, WebSocket } from 'ws';
import type { LoadOptions } from '#load/options';
import { tokenFor } from '#load/tokens';
import type { User } from '#load/user';

interface Frame {
  readonly t: string;
  readonly conv?: string;
}

const parse = (data: RawData): Frame => JSON.parse((data as Buffer).toString('utf8')) as Frame;

/** The next frame of this name; anything that went wrong before it is a failure. */
function next(user: User, t: string): Promise<Frame> {
  const { socket } = user;
  return new Promise((resolve, reject) => {
    const hear = (data: RawData): void => {
      const frame = parse(data);
      if (frame.t === 'error') end(() => reject(new Error(`${user.name}: ${JSON.stringify(frame)}`)));
      else if (frame.t === t) end(() => resolve(frame));
    };
    const fail = (): void => end(() => reject(new Error(`${user.name}: ${user.fault ?? 'closed'} before ${t}`)));
    const end = (settle: () => void): void => {
      socket.off('message', hear).off('close', fail);
      settle();
    };
    socket.on('message', hear).on('close', fail);
  });
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });

/** Connects and says hello; a relay wants nothing but the connection. */
export async function greet(user: User, { mode, secret }: LoadOptions): Promise<void> {
  await opened(user.socket);
  if (mode === 'relay') return;
  const ready = next(user, 'ready');
  user.socket.send(JSON.stringify({ t: 'hello', token: tokenFor(user.name, secret), device: 'load' }));
  await ready;
}

/** The conversation of each pair. */
export function meet(users: readonly User[], { mode }: LoadOptions): Promise<string[]> {
  const firsts = users.filter((_, index) => index % 2 === 0);
  return Promise.all(
    firsts.map(async (user) => {
      if (mode === 'relay') return 'relay';
      const [mine, others] = [next(user, 'opened'), user.peer && next(user.peer, 'opened')];
      user.socket.send(JSON.stringify({ t: 'open', id: `open-${user.name}`, members: [user.peer?.name] }));
      await others;
      return (await mine).conv ?? '';
    }),
  );
}
