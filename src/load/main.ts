/** The load generator as a process of its own: one run, its figures as one line of JSON on stdout. */
import { readOptions } from '#load/options';
import { runLoad } from '#load/run';

try {
  const options = readOptions(process.argv.slice(2), process.env['HOGMANAY_JWT_SECRET'] ?? '');
  const { secret: _, ...settings } = options;
  process.stderr.write(`load: ${JSON.stringify(settings)}\n`);
  process.stdout.write(`${JSON.stringify(await runLoad(options))}\n`);
  process.exit(0);
} catch (why) {
  process.stderr.write(`load: ${why instanceof Error ? why.message : String(why)}\n`);
  process.exit(1);
}
