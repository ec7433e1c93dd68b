// The page and what goes wrong around it: a server that dies, a network that goes away, tabs that come and go.
import { expect, it } from 'vitest';
import { until, useHouse } from '#test/web/browser/house';

const house = useHouse();

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `number ${from + n}`);

it('a server is killed and comes back: both pages go on by themselves, and what waited goes out once', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  await alice.write('number 1');
  await bob.open('alice');
  await bob.sees('number 1');
  await house.stage.server.kill();
  for (const body of numbered(2, 4)) await alice.write(body);
  expect(await alice.tick()).toBe('Sending');
  await until(() => alice.page.locator('.banner').textContent()).toContain('3 messages are waiting to be sent.');
  await house.restart();
  await bob.sees(...numbered(1, 4));
  await alice.sees(...numbered(1, 4));
  await until(() => alice.tick()).toBe('Read');
  await until(() => alice.page.locator('.banner').textContent()).toBe('');
}, 90_000);

it('fifty messages written without a network all arrive, once and in order', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  await bob.open('alice');
  await alice.context.setOffline(true);
  for (const body of numbered(1, 50)) await alice.write(body);
  await until(() => alice.page.locator('.banner').textContent()).toContain('You are offline. 50 messages');
  expect(await alice.bodies()).toEqual(numbered(1, 50));
  await alice.context.setOffline(false);
  await bob.sees(...numbered(1, 50));
  await alice.sees(...numbered(1, 50));
}, 90_000);

it('what waits when the page is loaded again is shown and sent, once and in order', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  await bob.open('alice');
  await house.stage.server.kill();
  for (const body of numbered(1, 5)) await alice.write(body);
  expect(await alice.tick()).toBe('Sending');
  await house.restart();
  await alice.page.reload();
  await bob.sees(...numbered(1, 5));
  await alice.sees(...numbered(1, 5));
}, 90_000);

it('two tabs of one user are told the same, and write without getting in each other’s way', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  const second = await house.tab(alice);
  await second.page.goto(house.url);
  await second.open('bob');
  await bob.open('alice');
  await alice.write('from the first');
  await second.sees('from the first');
  await second.write('from the second');
  await bob.sees('from the first', 'from the second');
  await bob.write('to both');
  const all = ['from the first', 'from the second', 'to both'];
  for (const guest of [alice, second, bob]) await guest.sees(...all);
  await second.page.reload();
  await second.sees(...all);
});

it('what a tab left unsent when it was closed goes out by another one, once', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  await bob.open('alice');
  const second = await house.tab(alice);
  await second.page.goto(house.url);
  await second.open('bob');
  await second.page.getByRole('textbox', { name: 'Message to bob' }).waitFor();
  await house.stage.server.kill();
  await second.write('from a tab that is gone');
  expect(await second.tick()).toBe('Sending');
  await second.page.close();
  await house.restart();
  await alice.sees('from a tab that is gone');
  await bob.sees('from a tab that is gone');
  await until(() => alice.tick()).toBe('Read');
  await alice.page.reload();
  await alice.sees('from a tab that is gone');
}, 90_000);
