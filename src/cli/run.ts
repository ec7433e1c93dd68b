/** One command line, from its words to the exit status: 0 done, 1 failed, 2 wrong usage. */
import { readConformanceOptions } from '#cli/conformance-options';
import { conformanceHelp, overview, serveHelp, setupHelp, tokenHelp, traceHelp } from '#cli/help';
import { asksForHelp, notThereYet, readServeOptions, readTokenOptions } from '#cli/options';
import { serve } from '#cli/serve';
import { readServices } from '#cli/services-option';
import { setup } from '#cli/setup';
import type { Surroundings } from '#cli/surroundings';
import { token } from '#cli/token';
import { trace } from '#cli/trace';
import { readTraceOptions } from '#cli/trace-options';
import { isFault, nearest, UsageError } from '#cli/usage';

type Command = (argv: readonly string[], around: Surroundings) => Promise<number>;

const print = (text: string, around: Surroundings): number => {
  around.out(text);
  return 0;
};

const commands = new Map<string, Command>([
  [
    'serve',
    async (argv, around) => {
      const options = readServeOptions(argv, around.env);
      return options === 'help' ? print(serveHelp(), around) : serve(options, around);
    },
  ],
  [
    'token',
    async (argv, around) => {
      const options = readTokenOptions(argv, around.env);
      return options === 'help' ? print(tokenHelp, around) : token(options, around);
    },
  ],
  [
    'setup',
    async (argv, around) =>
      asksForHelp(argv, 'hogmanay setup') ? print(setupHelp, around) : setup(readServices(around.env), around),
  ],
  [
    'conformance',
    async (argv, around) => {
      const options = readConformanceOptions(argv, around.env);
      return options === 'help' ? print(conformanceHelp, around) : around.conform(options, around);
    },
  ],
  [
    'trace',
    async (argv, around) => {
      const options = readTraceOptions(argv, around.env);
      return options === 'help' ? print(traceHelp, around) : trace(options, around);
    },
  ],
  ['--help', async (_argv, around) => print(overview, around)],
  ['--version', async (_argv, around) => print(`${around.version()}\n`, around)],
]);

const later = ['chat', 'bench', 'demo', 'lab'];

const commandNamed = (name: string | undefined): Command => {
  if (name === undefined) throw new UsageError('which command? hogmanay serve, hogmanay token USER, hogmanay --help');
  const command = commands.get(name);
  if (command !== undefined) return command;
  if (later.includes(name)) throw notThereYet(`hogmanay ${name}`);
  throw new UsageError(`no command ${name}: did you mean hogmanay ${nearest(name, [...commands.keys()])}?`);
};

export const run = async (argv: readonly string[], around: Surroundings): Promise<number> => {
  try {
    const [name, ...rest] = argv;
    return await commandNamed(name)(rest, around);
  } catch (error) {
    const told = isFault(error)
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
    around.err(`hogmanay: ${told}\n`);
    return isFault(error) && error.code === 'cli.usage' ? 2 : 1;
  }
};
