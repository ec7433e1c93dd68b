/** Makes what the real backend needs: tables and topics. */
import type { SetUp } from '#node/options';

export const setUp: SetUp = () => Promise.reject(new Error('not wired'));
