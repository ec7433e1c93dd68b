/**
 * One user of a pair: keeps `window` sends unanswered, counts what the other one got of them, acknowledges what comes
 * as a good client does. Every message is checked: each once, in order.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Corks } from '#load/corks';
import type { Histogram } from '#load/histogram';
import type { LoadOptions } from '#load/options';
import { countOf, idStart, kindOf, seqOf } from '#load/sniff';

/** What a run collects, and whether it is the time to do so. */
export interface Figures {
  isMeasuring: boolean;
  readonly answers: Histogram;
  readonly deliveries: Histogram;
}

const remembered = 4_096;
const acknowledgeEvery = 16;

/** Frames are masked as the standard demands; with one fixed mask, for randomness would cost more than all else. */
const generateMask = (mask: Buffer): void => {
  mask.writeUInt32BE(0x5aa5c33c);
};

export class User {
  /** Sends of this user: made, answered, delivered to the other one. */
  sent = 0;
  stored = 0;
  delivered = 0;
  /** First thing that was not as promised. */
  fault: string | undefined;
  peer: User | undefined;
  readonly name: string;
  readonly socket: WebSocket;
  #tcp: Socket | undefined;
  #isSending = false;
  #head = '';
  #ack = '';
  #lastSeq = 0;
  /** Messages that are not acknowledged yet. */
  #owed = 0;
  readonly #tail: string;
  readonly #start: string;
  readonly #sentAt = new Float64Array(remembered);

  constructor(
    readonly options: LoadOptions,
    run: string,
    index: number,
    readonly corks: Corks,
    readonly figures: Figures,
  ) {
    this.name = `load-${run}-${index}`;
    this.#start = idStart(run, index);
    this.#tail = `","body":"${'x'.repeat(options.bodyBytes)}"}`;
    const isRelay = options.mode === 'relay';
    const url = isRelay ? `${options.url}/?user=${index}` : `${options.url}/ws`;
    const settings = { perMessageDeflate: false, skipUTF8Validation: true, generateMask };
    this.socket = new WebSocket(url, isRelay ? [] : ['hogmanay.v1'], settings);
    this.socket.on('upgrade', (response) => (this.#tcp = response.socket));
    this.socket.on('error', (why) => (this.fault ??= why.message));
    this.socket.on('close', (code, reason) => {
      if (this.#isSending) this.fault ??= `closed with ${code} ${reason.toString('utf8')}`;
    });
  }

  /** Sends from now on into this conversation, whenever the window has room. */
  begin(conv: string): void {
    this.#head = `{"t":"send","conv":"${conv}","id":"${this.#start}`;
    this.#ack = `{"t":"ack","conv":"${conv}","seq":`;
    this.#isSending = true;
    this.socket.on('message', (data: Buffer) => this.#receive(data));
    this.#fill();
  }

  stop(): void {
    this.#isSending = false;
  }

  /** Acknowledges what is held; called every few milliseconds, and every sixteen messages. */
  acknowledge(): void {
    if (this.#owed === 0) return;
    this.#owed = 0;
    this.#write(`${this.#ack}${this.#lastSeq}}`);
  }

  #write(frame: string): void {
    if (this.#tcp) this.corks.cork(this.#tcp);
    this.socket.send(frame);
  }

  #fill(): void {
    while (this.#isSending && this.sent - this.stored < this.options.window) {
      this.#sentAt[this.sent % remembered] = performance.now();
      this.#write(`${this.#head}${this.sent}${this.#tail}`);
      this.sent += 1;
    }
  }

  #receive(data: Buffer): void {
    const kind = kindOf(data);
    if (kind === 'message') {
      this.peer?.reached(countOf(data));
      const seq = seqOf(data);
      if (seq === 0) return;
      this.#lastSeq = seq;
      this.#owed += 1;
      if (this.#owed >= acknowledgeEvery) this.acknowledge();
    } else if (kind === 'stored') {
      const count = countOf(data);
      if (count >= 0 && count !== this.stored) this.fault ??= `answer ${count} instead of ${this.stored}`;
      this.#time(this.figures.answers, this.stored);
      this.stored += 1;
      this.#fill();
    } else if (data.includes('"error"')) this.fault ??= data.toString('utf8');
  }

  /** The other one got this send of ours. */
  reached(count: number): void {
    if (count !== this.delivered) this.fault ??= `the other one got ${count} instead of ${this.delivered}`;
    this.#time(this.figures.deliveries, count);
    this.delivered += 1;
  }

  #time(histogram: Histogram, count: number): void {
    if (!this.figures.isMeasuring || this.sent - count > remembered) return;
    histogram.add(performance.now() - (this.#sentAt[count % remembered] ?? 0));
  }
}
