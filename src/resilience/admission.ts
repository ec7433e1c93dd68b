/**
 * Who may ask for how much on this node (G1): sends of a user over all connections and HTTP, sends of an address, and
 * HTTP requests of a user. Takes the time as a parameter, so that it is the same in a simulation.
 */
import type { Millis, User } from '#contract/conversation';
import type { Limits } from '#contract/limits';
import { KeyedRate } from '#resilience/keyed-rate';

export class Admission {
  readonly #sendsOfUser: KeyedRate;
  readonly #sendsOfIp: KeyedRate;
  readonly #requestsOfUser: KeyedRate;

  constructor(limits: Limits) {
    const rate = (perSecond: number, burst: number) =>
      new KeyedRate({ perSecond, burst, keysMax: limits['rates.keys'] });
    const [ofUser, ofIp] = [limits['send.user.perSecond'], limits['send.ip.perSecond']];
    this.#sendsOfUser = rate(ofUser, 2 * ofUser);
    this.#sendsOfIp = rate(ofIp, ofIp);
    const requests = limits['http.user.perSecond'];
    this.#requestsOfUser = rate(requests, requests);
  }

  /** 0: a message may be sent. Else milliseconds until the next one may. */
  send(user: User, ip: string, now: Millis): number {
    return Math.max(this.#sendsOfUser.take(user, now), this.#sendsOfIp.take(ip, now));
  }

  /** 0: an HTTP request may be made. Else milliseconds until the next one may. */
  request(user: User, now: Millis): number {
    return this.#requestsOfUser.take(user, now);
  }
}
