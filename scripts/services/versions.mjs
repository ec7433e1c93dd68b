// Which version of each service the tests run against, and its twin among the official images. docker-compose.yml must
// name the same: test/house/compose.test.ts compares the two.

/** Debian's redis-server; the image follows the same minor versions. */
export const redisVersion = { major: 7, image: 'redis:7' };

export const kafkaVersion = {
  version: '4.1.0',
  image: 'apache/kafka:4.1.0',
  artifacts: ['org.apache.kafka:kafka_2.13:4.1.0', 'org.slf4j:slf4j-simple:1.7.36'],
};

export const dynamodbVersion = {
  version: '3.0.0',
  image: 'amazon/dynamodb-local:3.0.0',
  artifacts: ['software.amazon.dynamodb:DynamoDBLocal:3.0.0'],
};
