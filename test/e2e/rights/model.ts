/**
 * Who may see what, as the protocol page says it: memberships with their numbers, and one secret in each body and
 * title. Independent of the server: it decides before the server is asked.
 */
export interface Membership {
  readonly user: string;
  since: number;
}

export interface Modelled {
  /** Place in the list of conversations: part of its secrets. */
  readonly index: number;
  readonly conv: string;
  readonly kind: 'direct' | 'group';
  readonly creator: string;
  /** In order of standing. */
  members: Membership[];
  last: number;
  /** Numbers that each user may ever have seen: from, and up to (Infinity while they are in). */
  readonly seen: Map<string, { readonly from: number; to: number }[]>;
}

/** Number 0 is the title: known to whoever was ever a member. */
export const secretOf = (index: number, seq: number): string => `secret-${index}-${seq}.`;

export class Rights {
  readonly convs: Modelled[] = [];

  open(conv: string, kind: Modelled['kind'], founders: readonly string[]): void {
    const members = founders.map((user) => ({ user, since: 1 }));
    const seen = new Map(founders.map((user) => [user, [{ from: 1, to: Infinity }]]));
    const creator = founders[0] ?? '';
    this.convs.push({ index: this.convs.length, conv, kind, creator, members, last: 0, seen });
  }

  direct(one: string, other: string): Modelled | undefined {
    const has = ({ members }: Modelled, user: string): boolean => members.some((member) => member.user === user);
    return this.convs.find((conv) => conv.kind === 'direct' && has(conv, one) && has(conv, other));
  }

  memberOf(conv: Modelled, user: string): Membership | undefined {
    return conv.members.find((member) => member.user === user);
  }

  add(conv: Modelled, user: string): void {
    conv.last += 1;
    conv.members.push({ user, since: conv.last });
    const stretches = conv.seen.get(user) ?? [];
    conv.seen.set(user, [...stretches, { from: conv.last, to: Infinity }]);
  }

  remove(conv: Modelled, user: string): void {
    conv.last += 1;
    conv.members = conv.members.filter((member) => member.user !== user);
    const stretch = conv.seen.get(user)?.at(-1);
    // Whoever is removed gets `removed`, and not the entry.
    if (stretch !== undefined) stretch.to = conv.last - 1;
  }

  mayRemove(conv: Modelled, user: string, other: string): boolean {
    if (user === other) return true;
    const chief = this.memberOf(conv, conv.creator) === undefined ? conv.members[0]?.user : conv.creator;
    return chief === user;
  }

  share(one: string, other: string): boolean {
    return one === other || this.convs.some((conv) => this.memberOf(conv, one) && this.memberOf(conv, other));
  }

  /** Whether this user may know the secret of that number: ever have been shown it. */
  mayKnow(index: number, seq: number, user: string): boolean {
    const stretches = this.convs[index]?.seen.get(user) ?? [];
    return seq === 0 ? stretches.length > 0 : stretches.some(({ from, to }) => from <= seq && seq <= to);
  }
}

/** Every secret in a text, as its conversation and number. */
export const secretsIn = (text: string): [number, number][] =>
  [...text.matchAll(/secret-(\d+)-(\d+)\./g)].map(([, index, seq]) => [Number(index), Number(seq)]);
