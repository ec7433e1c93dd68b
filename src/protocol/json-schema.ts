/** The protocol as JSON Schema (draft 2020-12), made from the very schemas that decode: clients are written from it. */
import { z } from 'zod';
import { clientFrames, pollFrame } from '#protocol/client-frames';
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

/** Over HTTP frames go without `t`; a poll and its answer are the only bodies that are no frame. */
const polls = (): Readonly<Record<string, JsonSchema>> => {
  const { message, resumed } = serverFrames;
  const events = ['opened', 'removed', 'delivered', 'read'].map((t) => ({ $ref: `#/$defs/server.${t}` }));
  const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
  return {
    'http.poll': describe(pollFrame.omit({ t: true })),
    'http.polled': {
      type: 'object',
      properties: {
        messages: listOf(describe(message.omit({ t: true }))),
        resumed: listOf(describe(resumed.omit({ t: true }))),
        events: listOf({ anyOf: events }),
      },
      required: ['messages', 'resumed', 'events'],
    },
  };
};

export const protocolSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'hogmanay.v1',
  description: 'One JSON object per WebSocket text frame; `t` is its type. Unknown fields and types are ignored.',
  $defs: {
    ...Object.fromEntries([...definitions('client', clientFrames), ...definitions('server', serverFrames)]),
    ...polls(),
  },
  anyOf: [{ $ref: '#/$defs/client' }, { $ref: '#/$defs/server' }],
});
