/**
 * The judge of a run: from what all clients recorded and what all members read at the end it finds every breach of what
 * docs/protocol.md promises about messages. It only looks; it neither drives nor repairs.
 */
import { checkBodies, checkNumbers, checkOrder, checkStored, checkTime } from '#test/e2e/driver/check-history';
import { checkInboxes } from '#test/e2e/driver/check-inbox';
import { checkReceipts } from '#test/e2e/driver/check-receipts';
import { checkResumed } from '#test/e2e/driver/check-resumed';
import { checkStreams } from '#test/e2e/driver/check-stream';
import { ledgersOf } from '#test/e2e/driver/evidence';
import type { Evidence, Finding } from '#test/e2e/driver/evidence';
import type { Log } from '#test/e2e/driver/log';

export function check(evidence: Evidence): Finding[] {
  const ledgers = ledgersOf(evidence);
  return [
    ...checkStored(evidence, ledgers),
    ...checkNumbers(ledgers),
    ...checkBodies(evidence, ledgers),
    ...checkStreams(evidence, ledgers),
    ...checkResumed(evidence, ledgers),
    ...checkOrder(evidence, ledgers),
    ...checkTime(ledgers),
    ...checkReceipts(evidence, ledgers),
    ...checkInboxes(evidence, ledgers),
  ];
}

/** The findings in words, with the story of the first conversation that is concerned; empty when there are none. */
export function report(findings: readonly Finding[], log: Log): string {
  const [first] = findings;
  if (first === undefined) return '';
  const lines = findings.slice(0, 20).map(({ check: name, conv, text }) => `${name}: ${conv}: ${text}`);
  return [`${findings.length} findings`, ...lines, '', log.story(first.conv)].join('\n');
}
