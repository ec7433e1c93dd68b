/** The protocol as JSON Schema (draft 2020-12), made from the very schemas that decode: clients are written from it. */
import { z } from 'zod';
import { clientFrames } from '#protocol/client-frames';
import { serverFrames } from '#protocol/server-frames';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Unknown fields are ignored in both directions, so no frame forbids them. */
const describe = (schema: z.ZodType): JsonSchema => {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return described;
};

const definitions = (side: string, schemas: Readonly<Record<string, z.ZodType>>): [string, JsonSchema][] => {
  const frames = Object.entries(schemas).map(([t, schema]): [string, JsonSchema] => [`${side}.${t}`, describe(schema)]);
  return [[side, { anyOf: frames.map(([name]) => ({ $ref: `#/$defs/${name}` })) }], ...frames];
};

export const protocolSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'hogmanay.v1',
  description: 'One JSON object per WebSocket text frame; `t` is its type. Unknown fields and types are ignored.',
  $defs: Object.fromEntries([...definitions('client', clientFrames), ...definitions('server', serverFrames)]),
  anyOf: [{ $ref: '#/$defs/client' }, { $ref: '#/$defs/server' }],
});
