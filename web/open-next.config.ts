import type { OpenNextConfig } from '@opennextjs/aws/types/open-next.js';

// The HTTP API in front of the server function cannot stream, and pages are never cached: they are somebody's own.
const config = {
  default: {
    override: { wrapper: 'aws-lambda', converter: 'aws-apigw-v2', incrementalCache: 'dummy', tagCache: 'dummy', queue: 'dummy' },
  },
  buildCommand: 'npx next build',
} satisfies OpenNextConfig;

export default config;
