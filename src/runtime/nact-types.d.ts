/** nact 7.6.2 ships no types: the part that we use. */
declare module 'nact' {
  export interface NactRef {
    readonly path: unknown;
  }
  export interface NactSystem {
    readonly name: string;
  }
  export interface CrashContext {
    readonly resume: symbol;
  }
  export function start(options?: { name?: string }): NactSystem;
  export function spawn<M>(
    parent: NactRef | NactSystem,
    receive: (state: undefined, message: M) => undefined,
    name: string,
    options?: { onCrash?: (message: M, error: unknown, context: CrashContext) => symbol },
  ): NactRef;
  export function dispatch(ref: NactRef, message: unknown): void;
  export function stop(ref: NactRef | NactSystem): void;
}
