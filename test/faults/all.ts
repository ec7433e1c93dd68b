/** Every fault that the product claims to bear, by the service that it befalls. */
import { deaths } from '#test/faults/deaths';
import type { Fault } from '#test/faults/fault';
import { redisFaults } from '#test/faults/redis';
import { storeFaults } from '#test/faults/stores';

export const faults: readonly Fault[] = [...redisFaults, ...storeFaults, ...deaths];
