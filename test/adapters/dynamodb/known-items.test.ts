/** The items seen last: the newest of each, and not more than so many. */
import { expect, it } from 'vitest';
import { withLimits } from '#contract/limits';
import { KnownItems } from '#adapters/dynamodb/known-items';
import { item } from '#test/actors/kit';

it('dynamodb.items: the one longest unused goes', () => {
  const known = new KnownItems(withLimits({ 'dynamodb.items': 2 })['dynamodb.items']);
  for (const conv of ['a', 'b']) known.saw(item({ conv }));
  known.get('a');
  known.saw(item({ conv: 'c' }));
  expect(['a', 'b', 'c'].map((conv) => known.get(conv)?.conv)).toEqual(['a', undefined, 'c']);
});

it('keeps what is newer, by number and by mark', () => {
  const known = new KnownItems(9);
  known.saw(item({ lastSeq: 5, fannedTo: 3 }));
  known.saw(item({ lastSeq: 4, fannedTo: 4 }));
  known.saw(item({ lastSeq: 5, fannedTo: 2 }));
  expect(known.get('c1')).toMatchObject({ lastSeq: 5, fannedTo: 3 });
  known.saw(item({ lastSeq: 5, fannedTo: 5 }));
  expect(known.get('c1')?.fannedTo).toBe(5);
});
