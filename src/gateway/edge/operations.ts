/** The operations listener, apart from the public one so that it can stay on loopback. */
import { createRoute, okay } from '#gateway/edge/answers';
import { closeHttp, createHttp, listen, type Address } from '#gateway/edge/http';
import type { Limits } from '#contract/limits';

export interface Operations {
  listen(): Promise<Address>;
  close(): Promise<void>;
}

export const createOperations = (options: Address & { readonly limits: Limits }): Operations => {
  const server = createHttp(options.limits, createRoute(options.limits, { '/healthz': okay }));
  return {
    listen: () => listen(server, options, options.limits['accept.backlog']),
    close: () => closeHttp(server),
  };
};
