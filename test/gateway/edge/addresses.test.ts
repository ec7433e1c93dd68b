// Which addresses count as one, and how many of each are here.
import { describe, expect, test } from 'vitest';
import { Headcount, hostOf } from '#gateway/edge/addresses';

describe('addresses', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s counts as %s', (address, host) => {
    expect(hostOf(address)).toBe(host);
  });

  test('are counted as they come and go', () => {
    const headcount = new Headcount();
    headcount.come('a');
    headcount.come('a');
    headcount.go('a');
    expect([headcount.of('a'), headcount.of('b')]).toEqual([1, 0]);
    headcount.go('a');
    headcount.go('a');
    expect(headcount.of('a')).toBe(0);
  });
});
