/** The resource actor: the view that the guard reads follows the breaker's machine, on virtual time. */
import { describe, expect, it } from 'vitest';
import { closedView, resourceBehaviour } from '#actors/resource';
import { probe } from '#testkit/probe';

const start = () => {
  const view = closedView();
  return { view, ...probe(resourceBehaviour({ name: 'table', openMs: 30_000, view })) };
};

describe('a resource', () => {
  it('F6 F8 open for that long, then one probe decides', () => {
    const { view, send, advance, logged } = start();
    send({ t: 'TRIPPED' });
    expect(view).toMatchObject({ state: 'open', opensAt: 30_000 });
    advance(29_999);
    expect(view.state).toBe('open');
    advance(1);
    expect(view).toMatchObject({ state: 'halfOpen', isProbing: false });
    view.isProbing = true;
    send({ t: 'FAILED' });
    expect(view).toMatchObject({ state: 'open', isProbing: false, opensAt: 60_000 });
    advance(30_000);
    send({ t: 'ANSWERED' });
    expect(view.state).toBe('closed');
    expect(logged.map(({ message }) => message)).toEqual([
      'the breaker is open',
      'the breaker is halfOpen',
      'the breaker is open',
      'the breaker is halfOpen',
      'the breaker is closed',
    ]);
  });

  it('late news of calls that began before changes nothing, and is no dead letter', () => {
    const { view, send, deadLetters } = start();
    for (const t of ['ANSWERED', 'FAILED', 'TRIPPED', 'TRIPPED', 'ANSWERED'] as const) send({ t });
    expect([view.state, deadLetters()]).toEqual(['open', []]);
  });

  it('ends with its system', () => {
    const { system } = start();
    system.stop();
    expect(system.size).toBe(0);
  });
});
