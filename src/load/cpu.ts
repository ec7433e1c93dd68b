/** CPU time of another process, all its threads, as Linux counts it; elsewhere it is not known. */
import { readFileSync } from 'node:fs';

/** Linux reports in hundredths of a second, whatever the kernel's own tick. */
const tickMs = 10;

export function cpuMsOf(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name in parentheses; it may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
