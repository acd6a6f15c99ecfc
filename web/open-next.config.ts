import type { OpenNextConfig } from '@opennextjs/aws/types/open-next.js';

const config = {
  default: {
    override: { wrapper: 'aws-lambda-streaming', incrementalCache: 's3-lite', tagCache: 'dynamodb-lite', queue: 'sqs-lite' },
  },
  buildCommand: 'npx next build',
} satisfies OpenNextConfig;

export default config;
