/** Where the real services are: said by the environment alone, the same for every command that needs them. */
import type { Services } from '#node/options';
import { envName, type Env } from '#cli/arguments';
import { UsageError } from '#cli/usage';

const read = (env: Env, name: string, shape: RegExp, example: string): string => {
  const variable = envName(name);
  const text = env[variable] ?? '';
  if (text === '') throw new UsageError(`the real backend needs ${variable}, as in ${variable}=${example}`);
  if (!shape.test(text)) throw new UsageError(`${variable} must be as in ${example}`);
  return text;
};

const hosts = String.raw`[^\s,:/?]+:\d{1,5}(,[^\s,:/?]+:\d{1,5})*`;
const redis = new RegExp(String.raw`^redis(\+sentinel)?://${hosts}/?(\?\S+)?$`);
const kafka = new RegExp(`^${hosts}$`);
const dynamodb = /^(https?:\/\/\S+|aws)$/;

/** A prefix is part of names in all three services: what all of them allow. */
const prefixes = /^[A-Za-z0-9_.-]{0,64}$/;

export const readServices = (env: Env): Services => {
  const prefix = env[envName('prefix')] ?? '';
  if (!prefixes.test(prefix))
    throw new UsageError(`${envName('prefix')} must be at most 64 characters of [A-Za-z0-9_.-]`);
  return {
    redis: read(env, 'redis', redis, 'redis://127.0.0.1:6379'),
    kafka: read(env, 'kafka', kafka, '127.0.0.1:9092'),
    dynamodb: read(env, 'dynamodb', dynamodb, 'http://127.0.0.1:8000 (aws: that of the region)'),
    prefix,
  };
};
