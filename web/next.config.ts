import { createHash } from 'node:crypto';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

const publicHost = process.env.PUBLIC_HOST ?? 'localhost:8080';

// A page names Server Actions by ids that this key salts. It is the same for all builds of a stage, or a page left open over a
// deployment could not act any more. No action closes over a value, so that the key encrypts nothing and need be no secret.
process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ??= createHash('sha256').update(`yoriai server actions of ${publicHost}`).digest('base64');

const withNextIntl = createNextIntlPlugin({
  requestConfig: './src/i18n/request.ts',
  // The messages' syntax is read once, here, and its parser stays out of the page.
  experimental: { messages: { path: './messages', format: 'json', locales: 'infer', precompile: true } },
});

const config: NextConfig = {
  output: 'standalone',
  poweredByHeader: false,
  reactStrictMode: true,
  // Behind CloudFront (and the local front door) Host is not the page's Origin: Server Actions need the stage's host named here.
  experimental: { serverActions: { allowedOrigins: [publicHost] } },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=()' },
        { key: 'Strict-Transport-Security', value: 'max-age=31536000; includeSubDomains' },
      ],
    },
  ],
  // `npm run typecheck` is its own step of the tests; the build does not repeat it.
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    root: import.meta.dirname,
    // A browser knows its entities; their table would be a third of all that reads Markdown.
    resolveAlias: { entities: { browser: './src/lib/markdown/entities.ts' } },
  },
};

export default withNextIntl(config);
