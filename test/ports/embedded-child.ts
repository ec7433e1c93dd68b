// A process with the embedded store, for tests that kill it: opens the folder, says so, and then writes without end.
// Each answer is told as one line, at once: `conversation number id`, or the code and effect of a fault.
import { withLimits } from '#contract/limits';
import { openEmbedded } from '#adapters/embedded/open';
import { systemTime } from '#adapters/system/time';
import { conversation, drafts, group } from '#test/ports/words';

const [folder = '', mode = 'hold'] = process.argv.slice(2);
// What is lost here at the kill was answered all the same: the test knows less, never more.
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const { ports } = await openEmbedded(folder, { limits: withLimits(), log: quiet, time: systemTime, seed: 'child' });
const { store } = ports;

const writeOn = (conv: string, last: number, run: string): void => {
  const next = group(conv, last, drafts(`${run}-${conv}-${last}`, 1 + ((last * 7) % 11)));
  store.append(next)((outcome) => {
    if (!outcome.ok) return say(`${outcome.fault.code} ${outcome.fault.effect}`);
    if (outcome.value.kind !== 'appended') return say(outcome.value.kind);
    outcome.value.results.forEach(({ seq }, index) => say(`${conv} ${seq} ${next.drafts[index]?.id}`));
    writeOn(conv, outcome.value.item.lastSeq, run);
  });
};

say('open');
if (mode === 'write') {
  const run = String(process.pid);
  for (let n = 0; n < 20; n += 1) {
    const conv = `conv-${n}`;
    store.create(conversation(conv))((outcome) => outcome.ok && writeOn(conv, outcome.value.item.lastSeq, run));
  }
}
setInterval(() => undefined, 60_000);
