/** What the folder says about itself: the version of its format, and the key of its fingerprints. */
import { fingerprint } from '#adapters/embedded/fingerprint';
import type { FingerprintKey } from '#adapters/embedded/fingerprint';
import type { Environment } from '#adapters/embedded/tables';

const version = 1;

export interface Format {
  readonly v: number;
  readonly key: FingerprintKey;
}

/** Reads it, or writes it into a new folder. A newer one is not touched. */
export const openFormat = (environment: Environment, seed: string): Format | 'newer' => {
  const meta = environment.openDB<readonly [v: number, key: FingerprintKey], string>('meta', {});
  const known = meta.get('format');
  if (known !== undefined && known[0] > version) return 'newer';
  const key = known?.[1] ?? ([fingerprint([0, 0], seed), fingerprint([1, 1], seed)] as const);
  if (known === undefined) meta.putSync('format', [version, key]);
  return { v: version, key };
};
