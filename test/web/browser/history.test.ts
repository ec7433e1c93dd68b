// A conversation of ten thousand messages in a real browser: up to the first and back, few of them in the document.
import { expect, it } from 'vitest';
import { pageLimits } from '#web/chat/limits';
import { until, useHouse } from '#test/web/browser/house';

const house = useHouse({ 'send.user.perSecond': 0, 'send.ip.perSecond': 0, 'frames.perSecond': 0 });

const messages = 10_000;
/** Elements of the whole page: the window of messages, and what is around it. */
const elementsMost = 900;

it('ten thousand messages: up to the first and down again, with some hundred elements at most', async () => {
  const writer = await house.stage.present('writer');
  const { conv } = await writer.open(['reader']);
  for (let n = 1; n <= messages; n += 500)
    await Promise.all(Array.from({ length: 500 }, (_, k) => writer.send(conv, `message ${n + k}`)));

  const { page } = await house.enter('reader');
  const began = performance.now();
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /writer/ })
    .click();
  await page.locator('.scroller').getByText(`message ${messages}`, { exact: true }).waitFor();
  const openMs = performance.now() - began;

  // What a person does who flings upwards: the top again and again. Counted in the page itself, at each frame.
  const up = await page.evaluate(async () => {
    const box = document.querySelector('.scroller');
    if (box === null) throw new Error('no messages');
    const seen = { elements: 0, lines: 0, frames: 0, longestMs: 0 };
    let before = performance.now();
    while (document.querySelector('li[data-seq="1"]') === null && seen.frames < 8_000) {
      box.scrollTop = 0;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      seen.longestMs = Math.max(seen.longestMs, now - before);
      before = now;
      seen.frames += 1;
      seen.elements = Math.max(seen.elements, document.getElementsByTagName('*').length);
      seen.lines = Math.max(seen.lines, document.querySelectorAll('li[data-seq]').length);
    }
    box.scrollTop = 0;
    return { ...seen, first: document.querySelector('.line .body')?.textContent, ms: performance.now() };
  });
  const upMs = performance.now() - began - openMs;
  const figures = `opened in ${Math.round(openMs)} ms, to the first in ${Math.round(upMs)} ms and ${up.frames} frames`;
  console.log(
    `${figures}, the longest ${Math.round(up.longestMs)} ms; ${up.elements} elements, ${up.lines} lines at most`,
  );
  expect(up.first).toBe('message 1');
  expect(up.elements).toBeLessThan(elementsMost);
  expect(up.lines).toBeLessThanOrEqual(pageLimits()['rows.shown']);

  await page.getByRole('button', { name: /To the newest message/ }).click();
  await page.getByText(`message ${messages}`, { exact: true }).last().waitFor();
  const elements = (): Promise<number> => page.evaluate(() => document.getElementsByTagName('*').length);
  expect(await elements()).toBeLessThan(elementsMost);
}, 60_000);

it('what somebody looks at stays where it is while others write; a way down and a count are shown', async () => {
  const writer = await house.stage.present('writer');
  const { conv } = await writer.open(['reader']);
  for (let n = 1; n <= 200; n += 1) await writer.send(conv, `message ${n}\n${'more '.repeat(n % 40)}`);
  const { page } = await house.enter('reader');
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /writer/ })
    .click();
  await page.locator('li[data-seq="200"]').waitFor();
  const box = page.locator('.scroller');
  await box.evaluate((element) => element.scrollBy(0, -2_500));
  await page.waitForTimeout(300);
  /** The first line in sight, and where it is. */
  const place = (): Promise<string> =>
    box.evaluate((element) => {
      const top = element.getBoundingClientRect().top;
      const lines = [...element.querySelectorAll<HTMLElement>('li[data-seq]')];
      const first = lines.find((line) => line.getBoundingClientRect().bottom > top);
      return `${first?.dataset['seq']} at ${Math.round((first?.getBoundingClientRect().top ?? 0) - top)}`;
    });
  const before = await place();
  for (let n = 201; n <= 230; n += 1) await writer.send(conv, `message ${n}`);
  const down = page.getByRole('button', { name: /To the newest message/ });
  await until(() => down.textContent()).toContain('30');
  expect(await place()).toBe(before);
  await down.click();
  await page.locator('li[data-seq="230"]').waitFor();
  await until(() => down.count()).toBe(0);
  await until(() => page.title()).toBe('Hogmanay');
}, 40_000);
