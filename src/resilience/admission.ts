/**
 * Who may ask for how much on this node (G1): sends of a user over all connections and HTTP, sends of an address, and
 * HTTP requests of a user. Takes the time as a parameter, so that it is the same in a simulation.
 */
import type { Millis, User } from '#contract/conversation';
import type { LimitName, Limits } from '#contract/limits';
import { noMeter, type Meter } from '#contract/metrics';
import { KeyedRate } from '#resilience/keyed-rate';

export class Admission {
  readonly #sendsOfUser: KeyedRate;
  readonly #sendsOfIp: KeyedRate;
  readonly #requestsOfUser: KeyedRate;

  constructor(
    limits: Limits,
    private readonly meter: Meter = noMeter,
  ) {
    const rate = (perSecond: number, burst: number) =>
      new KeyedRate({ perSecond, burst, keysMax: limits['rates.keys'] });
    const [ofUser, ofIp] = [limits['send.user.perSecond'], limits['send.ip.perSecond']];
    this.#sendsOfUser = rate(ofUser, 2 * ofUser);
    this.#sendsOfIp = rate(ofIp, ofIp);
    const requests = limits['http.user.perSecond'];
    this.#requestsOfUser = rate(requests, requests);
  }

  /**
   * 0: a message may be sent. Else milliseconds until the next one may. What is refused takes nothing: a user who
   * insists does not eat what others behind the same address may send.
   */
  send(user: User, ip: string, now: Millis): number {
    const ofUser = this.#refused('send.user.perSecond', this.#sendsOfUser.wait(user, now));
    const wait = ofUser > 0 ? ofUser : this.#refused('send.ip.perSecond', this.#sendsOfIp.take(ip, now));
    if (wait === 0) this.#sendsOfUser.take(user, now);
    return wait;
  }

  /** 0: an HTTP request may be made. Else milliseconds until the next one may. */
  request(user: User, now: Millis): number {
    return this.#refused('http.user.perSecond', this.#requestsOfUser.take(user, now));
  }

  #refused(rate: LimitName, wait: number): number {
    if (wait > 0) this.meter.count('hogmanay_rate_limited_total', rate);
    return wait;
  }
}
