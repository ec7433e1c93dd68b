/** What a suite needs of a backend, and how it asks it. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { ConversationItem } from '#contract/conversation';
import type { Effect, Outcome } from '#contract/effects';
import type { Ports } from '#contract/ports/ports';
import type { AppendGroup, AppendResult, NewConversation, Numbered } from '#contract/ports/store';
import { conversation, freshName } from '#test/ports/words';

type StorePorts = Omit<Ports, 'tokens'>;

export interface Backend {
  readonly ports: StorePorts;
  /** Starts the effect and lets whatever time it needs go by. */
  outcome<T>(effect: Effect<T>): Promise<Outcome<T>>;
  readonly close: () => Promise<void>;
}

export type OpenBackend = () => Promise<Backend>;

/** How the tests of a suite reach the backend that is opened for them. */
export type Use = () => Backend;

export const openedFor = (open: OpenBackend): Use => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.close());
  return () => backend;
};

export const valueOf = async <T>(backend: Backend, effect: Effect<T>): Promise<T> => {
  const outcome = await backend.outcome(effect);
  if (!outcome.ok) throw new Error(`${outcome.fault.code}: ${outcome.fault.message}`);
  return outcome.value;
};

/** A real backend answers in its own time. */
export const settle = <T>(effect: Effect<T>): Promise<Outcome<T>> => new Promise((resolve) => effect(resolve));

/** A conversation that is new to the store. */
export const created = async (backend: Backend, given: Partial<NewConversation> = {}): Promise<ConversationItem> => {
  const { store } = backend.ports;
  const answer = await valueOf(backend, store.create(conversation(freshName('conv-'), given)));
  expect(answer.created).toBe(true);
  return answer.item;
};

interface Appended {
  readonly item: ConversationItem;
  readonly results: readonly Numbered[];
}

const demandAppended = (result: AppendResult): Appended => {
  if (result.kind !== 'appended') throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
  return result;
};

export const append = async (backend: Backend, given: AppendGroup): Promise<Appended> =>
  demandAppended(await valueOf(backend, backend.ports.store.append(given)));
