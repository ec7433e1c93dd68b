/** Every bound of the chat page, by name: its value and what happens beyond it. */
interface PageLimitRow {
  readonly value: number;
  /** What somebody meets who goes beyond it. */
  readonly beyond: string;
}

const row = (value: number, beyond: string): PageLimitRow => ({ value, beyond });

export const pageLimitTable = {
  'rows.shown': row(
    80,
    'messages in the document at once (more where the window is very high); others come when scrolled to',
  ),
  'rows.step': row(25, 'so many come, and as many go, when somebody scrolls near an end of what is shown'),
  'history.page': row(100, 'messages asked for at once'),
  'history.held': row(2_000, 'of a longer conversation the part that is far away is forgotten, and asked for again'),
  'history.conversations': row(20, 'of the conversation looked at longest ago the messages are forgotten'),
  'body.shown': row(2_000, 'characters of a message; the rest of it is shown when asked for'),
  'body.lines': row(40, 'lines of a message; the rest of it is shown when asked for'),
  'inbox.page': row(50, 'conversations asked for at once; the next come when the list is scrolled to its end'),
  'members.receipts': row(32, 'in larger groups nobody hears what was delivered and read: one tick is all'),
  'watched.users': row(100, 'of further people it is not shown whether they are online'),
  'typing.sayMs': row(3_000, 'while somebody types the others are told at most once in this time'),
  'typing.showMs': row(5_000, 'somebody of whom nothing more is heard is not shown as typing'),
  'banner.afterMs': row(1_500, 'a connection that is back sooner was never away'),
  'notice.forMs': row(8_000, 'what the page has to say goes away by itself'),
} as const satisfies Record<string, PageLimitRow>;

export type PageLimitName = keyof typeof pageLimitTable;
export type PageLimits = Readonly<Record<PageLimitName, number>>;

export const pageLimits = (own: Partial<PageLimits> = {}): PageLimits => {
  const names = Object.keys(pageLimitTable) as PageLimitName[];
  const defaults = Object.fromEntries(names.map((name) => [name, pageLimitTable[name].value])) as PageLimits;
  return { ...defaults, ...own };
};
