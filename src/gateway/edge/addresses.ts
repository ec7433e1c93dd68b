/** Addresses as those who share one: an IPv4 address, or the /64 network of an IPv6 one. */

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export const hostOf = (address: string): string => {
  const four = mapped.exec(address)?.[1];
  if (four !== undefined) return four;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const groups = [...front, ...(address.includes('::') ? zeros : []), ...back];
  return `${groups.slice(0, 4).join(':')}::/64`;
};

/** How many are here by address. */
export class Headcount {
  readonly #counts = new Map<string, number>();

  of(host: string): number {
    return this.#counts.get(host) ?? 0;
  }

  come(host: string): void {
    this.#counts.set(host, this.of(host) + 1);
  }

  go(host: string): void {
    const left = this.of(host) - 1;
    if (left > 0) this.#counts.set(host, left);
    else this.#counts.delete(host);
  }
}
