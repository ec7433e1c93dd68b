// Journals in DynamoDB pass the suite.
import { describe } from 'vitest';
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoJournal } from '#adapters/dynamodb/journal';
import { setUpTables } from '#adapters/dynamodb/tables';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import { sleep } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { settle } from '#test/ports/harness';
import { journalLimits, journalSuite } from '#test/ports/journal.suite';

describe('DynamoDB', () => {
  journalSuite(async () => {
    const { dynamodb, prefix } = liveServices();
    const dynamo = new Dynamo({ endpoint: dynamodb, prefix, guard: unguarded });
    await setUpTables(dynamo, () => sleep(100));
    const journal = dynamoJournal(dynamo, withLimits(journalLimits));
    return { journal, outcome: settle, close: () => Promise.resolve(dynamo.close()) };
  });
});
