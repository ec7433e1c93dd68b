/** Checks of the inboxes that users read at the end, when everything is quiet: nothing missing, nothing strange. */
import type { Evidence, Finding, Inbox, Ledger, Reading } from '#test/e2e/driver/evidence';
import type { InboxItem } from '#test/e2e/driver/frames';

export function checkInboxes(evidence: Evidence, ledgers: ReadonlyMap<string, Ledger>): Finding[] {
  const { inboxes = [], readings } = evidence;
  return inboxes.flatMap((inbox) => {
    const mine = readings.filter(({ user }) => user === inbox.user);
    const strange = inbox.items.filter(({ conv }) => ledgers.has(conv) && !mine.some((one) => one.conv === conv));
    const found = [
      ...strange.map(({ conv }): Finding => finding(inbox, conv, 'shows a conversation that the user is not in')),
      ...mine.flatMap((reading) => checkOne(evidence, inbox, reading)),
    ];
    const falls = inbox.items.findIndex(({ at }, index) => at > (inbox.items[index - 1]?.at ?? Infinity));
    if (falls >= 0) found.push(finding(inbox, inbox.items[falls]?.conv ?? '', 'is not newest first'));
    return found;
  });
}

const finding = ({ user }: Inbox, conv: string, text: string): Finding => ({
  check: 'inbox',
  conv,
  text: `the inbox of ${user} ${text}`,
});

function checkOne(evidence: Evidence, inbox: Inbox, reading: Reading): Finding[] {
  const { conv } = reading;
  const items = inbox.items.filter((item) => item.conv === conv);
  const [item] = items;
  if (item === undefined || items.length > 1) return [finding(inbox, conv, `shows it ${items.length} times`)];
  const last = reading.messages.at(-1);
  const wanted =
    last === undefined ? {} : { seq: last.seq, at: last.at, preview: [...last.body].slice(0, 100).join('') };
  const differs = Object.entries({ since: reading.since, ...wanted }).flatMap(([name, value]) =>
    item[name as keyof InboxItem] === value
      ? []
      : [`has ${name} ${String(item[name as keyof InboxItem])}, not ${value}`],
  );
  const { least, most } = unreadOf(evidence, inbox, reading, item.seq);
  if (item.unread < least || item.unread > most)
    differs.push(`says ${item.unread} unread, not ${least === most ? least : `${least} to ${most}`}`);
  return differs.map((text) => finding(inbox, conv, text));
}

/** What was said to be read before things were quiet may have been lost on its way; what was said since has arrived. */
const unreadOf = (
  { recordings, quietSince = Infinity }: Evidence,
  { user, ownCount }: Inbox,
  { conv, since, messages }: Reading,
  last: number,
): { least: number; most: number } => {
  const own = messages.filter(({ from }) => from === user).at(-1)?.seq ?? 0;
  let surely = ownCount ? own : 0;
  let perhaps = own;
  for (const recording of recordings) {
    if (recording.user !== user) continue;
    for (const { traffic } of recording.connections)
      for (const { n, dir, frame } of traffic) {
        if (dir !== 'out' || frame.t !== 'read' || frame.conv !== conv) continue;
        perhaps = Math.max(perhaps, frame.seq);
        if (n >= quietSince) surely = Math.max(surely, frame.seq);
      }
  }
  const unread = (read: number): number => Math.max(0, last - Math.max(read, since - 1));
  return { least: unread(perhaps), most: unread(surely) };
};
