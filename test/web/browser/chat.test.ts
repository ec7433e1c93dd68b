// The chat page in a real browser: people write to each other, in twos and in groups, and see who is there.
import { expect, it } from 'vitest';
import { tokenFor } from '#test/e2e/stage';
import { until, useHouse } from '#test/web/browser/house';

const house = useHouse();

it('two people chat: what one writes the other sees, with ticks and unread counts', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  await alice.write('A guid New Year!');
  await until(() => alice.tick()).toBe('Delivered');
  const item = bob.page.getByRole('navigation').getByRole('link', { name: /alice/ });
  await until(() => item.textContent()).toContain('A guid New Year!1 unread');
  expect(await bob.page.title()).toBe('(1) Hogmanay');
  await bob.open('alice');
  await bob.sees('A guid New Year!');
  await until(() => alice.tick()).toBe('Read');
  await bob.write('And many of them');
  await alice.sees('A guid New Year!', 'And many of them');
  await until(() => item.textContent()).not.toContain('unread');
  await until(() => bob.page.title()).toBe('Hogmanay');
});

it('who types and who is here is shown; K15 of whoever is gone, when they were last seen', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  await alice.begin('bob');
  const status = alice.page.locator('.heading .status');
  await until(() => status.textContent()).toBe('online');
  await bob.open('alice');
  await bob.page.getByRole('textbox', { name: 'Message to alice' }).pressSequentially('So');
  await until(() => status.textContent()).toBe('typing …');
  await until(() => status.textContent()).toBe('online');
  await bob.page.goto('about:blank');
  await until(() => status.textContent()).toBe('last seen just now');
});

it('a group: people come, go, and are gone from', async () => {
  const [alice, bob, carol] = [await house.enter('alice'), await house.enter('bob'), await house.enter('carol')];
  await alice.begin('bob', 'first footing');
  await bob.open('first footing');
  await alice.write('Who brings the coal?');
  await bob.sees('Who brings the coal?');
  await alice.page.getByRole('button', { name: 'Members' }).click();
  await alice.page.getByLabel('Add people').fill('carol');
  await alice.page.getByRole('button', { name: 'Add', exact: true }).click();
  await carol.open('first footing');
  await carol.write('I do');
  await bob.sees('Who brings the coal?', 'I do');
  expect(await bob.page.locator('li.event').allTextContents()).toEqual(['alice added carol']);
  await alice.page.getByRole('button', { name: 'Remove bob' }).click();
  await until(() => bob.page.locator('.notice').textContent()).toContain('You are no longer in first footing.');
  expect(await bob.page.getByRole('navigation').getByRole('link').count()).toBe(0);
  await carol.page.getByRole('button', { name: 'Members' }).click();
  await carol.page.getByRole('button', { name: 'Remove alice' }).click();
  await until(() => carol.page.getByRole('alert').textContent()).toContain('Only whoever founded a group');
  await carol.page.getByRole('button', { name: 'Leave the group' }).click();
  await until(() => carol.page.getByRole('navigation').getByRole('link').count()).toBe(0);
});

it('a body is text, whatever it looks like; http and https alone are links', async () => {
  const [alice, bob] = [await house.enter('alice'), await house.enter('bob')];
  const bodies = [
    '<img src=x onerror="document.title=1">',
    '<script>document.title=2</script><b>bold</b> &amp; &lt;',
    'javascript:document.title=3 data:text/html,<p> //evil.example',
    'https://example.org/a?b=1&c="><img/onerror=4>',
  ];
  await alice.begin('bob');
  for (const body of bodies) await alice.write(body);
  await bob.open('alice');
  await bob.sees(...bodies);
  await alice.sees(...bodies);
  for (const { page } of [alice, bob]) {
    expect(await page.locator('.lines :is(img, script, b)').count()).toBe(0);
    expect(await page.title()).toBe('Hogmanay');
    const links = page.locator('.lines a');
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://example.org/a?b=1&c=');
    expect(await links.getAttribute('rel')).toContain('noopener');
  }
});

it('a link signs in and leaves no token in the address; a token that is none or over does not', async () => {
  const alice = await house.guest();
  await alice.page.goto(`${house.url}/#token=not-a-token`);
  await until(() => alice.page.getByRole('status').textContent()).toContain('no token that can be read');
  await alice.page.getByLabel('Token').fill(await tokenFor('alice', -60));
  await alice.page.getByRole('button', { name: 'Sign in' }).click();
  expect(await alice.page.getByRole('alert').textContent()).toContain('has expired');
  await alice.page.getByLabel('Token').fill(await tokenFor('alice', 60, 'another key that is also long enough here'));
  await alice.page.getByRole('button', { name: 'Sign in' }).click();
  await until(() => alice.page.getByRole('status').textContent()).toContain('Your sign-in has ended');
  await alice.enter(house.url, 'alice');
  expect(alice.page.url()).toBe(`${house.url}/#/`);
  await alice.page.reload();
  await alice.page.getByRole('navigation').waitFor();
  await alice.page.getByRole('button', { name: 'Sign out' }).click();
  await alice.page.reload();
  await alice.page.getByLabel('Token').waitFor();
});
