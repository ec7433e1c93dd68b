/** All attacks, in campaigns: one server, one crowd and one set of limits each. */
import type { Attack } from '#test/siege/attack';
import { floods } from '#test/siege/attacks/floods';
import { frames } from '#test/siege/attacks/frames';
import { http } from '#test/siege/attacks/http';
import { httpApi } from '#test/siege/attacks/http-api';
import { patience } from '#test/siege/attacks/patience';
import { prototypes } from '#test/siege/attacks/prototypes';
import { rights } from '#test/siege/attacks/rights';
import { violations } from '#test/siege/attacks/violations';

export interface Campaign {
  readonly name: string;
  /** Lowered so that what takes ten or thirty seconds takes less than one here; the rest is as shipped. */
  readonly limits: Readonly<Record<string, number>>;
  readonly attacks: readonly Attack[];
}

export const campaigns: readonly Campaign[] = [
  { name: 'frames', limits: {}, attacks: [...frames, ...prototypes, ...violations] },
  { name: 'rights', limits: { 'hello.withinMs': 400 }, attacks: rights },
  { name: 'floods', limits: { 'frames.overMs': 600, 'close.withinMs': 400 }, attacks: floods },
  {
    name: 'patience',
    limits: {
      'hello.withinMs': 800,
      'http.headersMs': 600,
      'http.requestMs': 900,
      'heartbeat.ms': 500,
      'close.withinMs': 400,
    },
    attacks: patience,
  },
  { name: 'http', limits: {}, attacks: [...http, ...httpApi] },
];

export const attackNamed = (name: string): Attack => {
  const attack = campaigns.flatMap(({ attacks }) => attacks).find((one) => one.name === name);
  if (attack === undefined) throw new Error(`there is no attack ${name}`);
  return attack;
};
