/** Memory of another process as Linux counts it, in MiB; elsewhere it is not known. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Memory {
  /** Resident now. */
  readonly nowMiB: number;
  /** The most that was resident since `forgetPeak`. */
  readonly peakMiB: number;
}

const inMiB = (status: string, field: string): number =>
  Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 102.4) / 10;

export function memoryOf(pid: number): Memory | null {
  if (process.platform !== 'linux') return null;
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return { nowMiB: inMiB(status, 'VmRSS'), peakMiB: inMiB(status, 'VmHWM') };
}

/** The high-water mark falls to what is resident now: else a peak would be that of an earlier attack. */
export function forgetPeak(pid: number): void {
  if (process.platform === 'linux') writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
