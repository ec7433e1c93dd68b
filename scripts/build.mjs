// `npm run build`: sources to dist/.
import { build } from './lib/build.mjs';

const { status, output } = await build();
process.stderr.write(output);
process.exitCode = status;
