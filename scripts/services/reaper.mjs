// Waits beside whoever started a set of services, and ends the set when that process is gone, however it went: a killed
// test run leaves nothing behind. Standard input is the thread that breaks.
import { endAll } from './state.mjs';

const [folder = ''] = process.argv.slice(2);

// Ctrl-C in a terminal is for the one we watch; it ends the set itself, and what it leaves is ours.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.stdin.resume();
process.stdin.on('close', () => void endAll(folder));
