/** The log of a process: one JSON object a line on stderr, `fields` apart so that they cannot hide what is ours. */
import { destination, pino, stdTimeFunctions } from 'pino';
import type { Log } from '#contract/ports/system';

/** Where lines go. */
export interface LogSink {
  write(line: string): void;
}

/** Written at once, so that the last words of a process that dies are not lost. */
const stderr = (): LogSink => destination({ dest: 2, sync: true });

export const jsonLog = (sink: LogSink = stderr()): Log => {
  const lines = pino(
    {
      base: null,
      messageKey: 'message',
      nestedKey: 'fields',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    sink,
  );
  return {
    info: (message, fields = {}) => lines.info(fields, message),
    warn: (message, fields = {}) => lines.warn(fields, message),
    error: (message, fields = {}) => lines.error(fields, message),
  };
};
