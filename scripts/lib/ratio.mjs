// What the benches of the adapters share: two ways of doing the same, in interleaved rounds of one run, as a ratio.

/** @typedef {() => Promise<unknown>} Way */
/** @typedef {{ name: string, ratio: number, budget?: number, plainUs: number, oursUs: number }} Line */

/**
 * Microseconds each, for so many, with that many at once.
 * @param {Way} way
 * @param {{ count: number, atOnce: number }} load
 */
async function timed(way, { count, atOnce }) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await way();
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ((performance.now() - started) * 1_000) / count;
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * @param {string} name
 * @param {{ plain: Way, ours: Way }} ways
 * @param {{ count: number, atOnce: number, rounds: number, budget?: number }} load without a budget it is only told
 * @returns {Promise<Line>}
 */
export async function compare(name, { plain, ours }, { rounds, budget, ...load }) {
  await timed(plain, load);
  await timed(ours, load);
  /** @type {{ plain: number, ours: number }[]} */
  const found = [];
  for (let round = 0; round < rounds; round += 1)
    found.push({ plain: await timed(plain, load), ours: await timed(ours, load) });
  const ratio = median(found.map((round) => round.ours / round.plain));
  const [plainUs, oursUs] = [median(found.map((one) => one.plain)), median(found.map((one) => one.ours))];
  if (budget !== undefined && ratio > budget) process.exitCode = 1;
  const told = budget === undefined ? 'no budget' : `budget ${budget}`;
  const figures = `${plainUs.toFixed(0)} us bare, ${oursUs.toFixed(0)} us ours`;
  process.stdout.write(`${name}: ${ratio.toFixed(2)} of bare (${told}); ${figures}\n`);
  const rounded = { ratio: Number(ratio.toFixed(3)), plainUs: Math.round(plainUs), oursUs: Math.round(oursUs) };
  return { name, ...(budget === undefined ? {} : { budget }), ...rounded };
}
