// Under which URL a server is operated, for those who ask from elsewhere.
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { reachable } from '#node/announcing';

test('a listener on all addresses is found under the name of its machine, any other where it listens', () => {
  const urls = ['http://0.0.0.0:8081', 'http://[::]:8081', 'http://127.0.0.1:8081', 'http://[::1]:8081'];
  expect(urls.map(reachable)).toEqual([
    ...[`http://${hostname()}:8081`, `http://${hostname()}:8081`],
    ...['http://127.0.0.1:8081', 'http://[::1]:8081'],
  ]);
});
