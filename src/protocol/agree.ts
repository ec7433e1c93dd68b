/**
 * Proof, at compile time, that schemas and contract types say the same. `readonly` is looked through: a schema's output
 * is nobody's yet.
 */
import type { z } from 'zod';

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends ReadonlyMap<infer Key, infer Value>
    ? ReadonlyMap<Key, Value>
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

type SchemaOf<Schemas, Name> = Name extends keyof Schemas ? Schemas[Name] : never;

/** One schema for each `t`; a schema that differs from its frame in any field becomes `never`, and does not compile. */
export type Agreeing<Frame extends { readonly t: string }, Schemas> = {
  readonly [Name in Frame['t']]: Same<
    Frozen<Extract<Frame, { t: Name }>>,
    Frozen<z.output<SchemaOf<Schemas, Name>>>
  > extends true
    ? SchemaOf<Schemas, Name>
    : never;
};
