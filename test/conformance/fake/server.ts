// The little server: sockets and HTTP in front of a node. Test code: it keeps every rule, but remembers nothing.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createDecoder } from '#protocol/decode';
import type { ClientFrame } from '#contract/frames';
import { answerHttp } from '#test/conformance/fake/http';
import { Node } from '#test/conformance/fake/node';
import { Session } from '#test/conformance/fake/session';
import { asFrame } from '#test/conformance/fake/settings';
import type { Fault, Frame } from '#test/conformance/fake/settings';
import { readToken } from '#test/conformance/fake/tokens';
import { Refusal } from '#test/conformance/fake/world';

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

type Text = { readonly frame: ClientFrame } | { readonly error: Frame };

/** One connection: bytes on one side, the session on the other. */
class Wire {
  readonly #session: Session;
  readonly #decode;
  #heardAt = Date.now();
  #closed = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly node: Node,
    name: string,
  ) {
    const { bodyBytes, metaBytes, helloMs } = node.settings;
    this.#decode = createDecoder({ 'body.bytes': bodyBytes, 'meta.bytes': metaBytes, 'title.bytes': 512 });
    const write = (frame: Frame): void => socket.send(JSON.stringify(frame));
    this.#session = new Session(name, node, write, (code) => this.#close(code));
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#heardAt = Date.now()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      node.gone(this.#session);
    });
    if (socket.protocol !== 'hogmanay.v1') this.#close(4104);
    node.after(helloMs, () => {
      if (this.#session.user === undefined) this.#close(4101);
    });
    this.#beat();
  }

  #beat(): void {
    const { heartbeatMs, pings } = this.node.settings;
    this.node.after(heartbeatMs, () => {
      if (this.#closed) return;
      if (pings) this.socket.ping();
      if (Date.now() - this.#heardAt > 2 * heartbeatMs) this.#close(4003);
      this.#beat();
    });
  }

  #close(code: number): void {
    if (this.#closed) return;
    const { close } = this.node.fault;
    const instead = close === undefined ? code : close(code, this.#session);
    if (instead === undefined) return;
    this.#closed = true;
    this.socket.close(instead);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#heardAt = Date.now();
    if (this.#closed) return;
    if (isBinary) return this.#close(1003);
    const { text } = this.node.fault;
    const taken = text === undefined ? data.toString('utf8') : text(data.toString('utf8'));
    if (taken === undefined) return;
    const decoded = this.#read(taken);
    if (decoded === undefined) return;
    try {
      this.node.takeFrame(this.#session);
      if ('error' in decoded) return this.#bad(decoded.error);
      this.#take(decoded.frame);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const frame = 'frame' in decoded ? (decoded.frame as object as Frame) : decoded.error;
      this.#refuse(error, frame);
    }
  }

  /** What a fault makes of a frame is decoded in its place. */
  #read(text: string): Text | undefined {
    const heard = this.#decode(text);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return 'error' in heard ? { error: asFrame(heard.error) } : heard;
    }
    const isFrame = typeof value === 'object' && value !== null && 't' in value;
    if (isFrame) this.#session.heard.push(value as Frame);
    const taken = isFrame ? (this.node.fault.in ?? ((frame: Frame) => frame))(value as Frame, this.#session) : value;
    if (taken === undefined) return undefined;
    const decoded = taken === value ? heard : this.#decode(JSON.stringify(taken));
    return 'error' in decoded ? { error: asFrame(decoded.error) } : decoded;
  }

  #bad(error: Frame): void {
    this.#session.send(error);
    if (error['code'] !== 'gateway.bad_frame') return;
    this.#session.badFrames += 1;
    if (this.#session.badFrames >= this.node.settings.badFrames) this.#close(4100);
  }

  #refuse({ code, retryAfterMs }: Refusal, frame: Frame): void {
    const { id, conv } = frame;
    const echo = { ...(id === undefined ? {} : { id }), ...(conv === undefined ? {} : { conv }), of: frame.t };
    const later = retryAfterMs === undefined ? {} : { retryAfterMs };
    const error = { t: 'error', ...echo, code, message: code, effect: 'none', ...later };
    if (code === 'gateway.bad_frame') this.#bad(error);
    else this.#session.send(error);
  }

  #take(frame: ClientFrame): void {
    const { node } = this;
    const session = this.#session;
    if (frame.t === 'hello') return this.#hello(frame);
    const { user } = session;
    if (user === undefined) throw new Refusal('gateway.not_ready');
    switch (frame.t) {
      case 'send':
        return void node.send(user, pick(frame), session);
      case 'open':
        return void node.open(user, frame.id, frame.members, frame.title, session);
      case 'members':
        return void node.change(user, frame.id, frame.conv, frame.add, frame.remove, session);
      case 'history':
        return session.send({
          t: 'history',
          id: frame.id,
          conv: frame.conv,
          ...node.world.page(user, frame.conv, frame),
        });
      case 'inbox': {
        const page = node.world.inbox(user, frame.limit, frame.page?.at);
        return session.send({ t: 'inbox', id: frame.id, ...page, source: 'embedded' });
      }
      case 'ack':
        return node.ack(session, frame.conv, frame.seq);
      case 'read':
        return node.read(session, frame.conv, frame.seq);
      case 'typing':
        return node.typing(session, frame.conv);
      case 'watch':
        return node.presence.watch(session, frame.users);
      case 'ping':
        return session.send({ t: 'pong' });
    }
  }

  #hello(frame: Extract<ClientFrame, { t: 'hello' }>): void {
    const { fault, settings } = this.node;
    const claims = readToken(frame.token, settings.leewaySeconds, fault.tolerates);
    if (claims === undefined) return this.#close(4101);
    this.node.hello(this.#session, claims, frame);
    const leftMs = Math.max(0, claims.exp - Date.now()) + 1_000;
    if (leftMs < 60_000) this.node.after(leftMs, () => this.#close(4101));
  }
}

const pick = ({ id, conv, body, meta }: Extract<ClientFrame, { t: 'send' }>) => ({
  id,
  conv,
  body,
  ...(meta === undefined ? {} : { meta }),
});

const isOurs = (offered: ReadonlySet<string>): string | false => (offered.has('hogmanay.v1') ? 'hogmanay.v1' : false);

export interface LittleServer {
  readonly url: string;
  stop(): Promise<void>;
}

export const startLittleServer = async (fault: Fault = {}): Promise<LittleServer> => {
  const node = new Node(fault);
  const http = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const { method = 'GET', url = '/', headers } = request;
      const answer = await answerHttp(node, {
        method,
        url,
        token: headers.authorization?.replace('Bearer ', ''),
        body,
      });
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
  });
  const { subprotocol } = fault;
  const webSockets = new WebSocketServer({
    server: http,
    path: '/ws',
    maxPayload: node.settings.frameBytes,
    perMessageDeflate: node.settings.compression,
    skipUTF8Validation: !node.settings.utf8,
    handleProtocols: subprotocol === undefined ? isOurs : (offered) => subprotocol([...offered]),
  });
  let count = 0;
  webSockets.on('connection', (socket) => new Wire(socket, node, `session-${(count += 1)}`));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> => {
    node.stop();
    for (const socket of webSockets.clients) socket.terminate();
    http.closeAllConnections();
    return new Promise((resolve) => http.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, stop };
};
