// `npm start`: builds what is missing or old, then runs `hogmanay serve` in this very process, so that signals, exit
// status and output are the server's own. The first argument is the command, the others pass through.
import { build, isStale, mainFile } from './lib/build.mjs';
import { pathToFileURL } from 'node:url';

if (isStale()) {
  // stdout belongs to the command (`listening on ...`): what the build has to say goes to stderr.
  process.stderr.write('building …\n');
  const { status, output } = await build({ quiet: true });
  process.stderr.write(output);
  if (status !== 0) process.exit(1);
}

process.argv[1] = mainFile;
await import(pathToFileURL(mainFile).href);
