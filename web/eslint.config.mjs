import { readdirSync } from 'node:fs';
import importX from 'eslint-plugin-import-x';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

const features = readdirSync(new URL('src/features', import.meta.url));

// src/app (routing) → src/features → everything that they share. Features never import each other.
const zones = [
  ...['components', 'lib', 'stores', 'i18n'].flatMap((shared) => [
    { target: `./src/${shared}`, from: './src/features', message: 'what features share must not import a feature' },
    { target: `./src/${shared}`, from: './src/app', message: 'only routing imports routing' },
  ]),
  { target: './src/features', from: './src/app', message: 'only routing imports routing' },
  ...features.map((feature) => ({ target: `./src/features/${feature}`, from: './src/features', except: [`./${feature}`], message: 'features never import each other: pages compose them' })),
  // The protocol is pure: it knows the contracts' types and nothing else.
  { target: './src/lib/protocol/!(*.test).ts', from: './src', except: ['./lib/protocol', './lib/api/schema.d.ts', './lib/api/frames.d.ts'], message: 'the protocol knows no React, no browser and no transport' },
];

export default tseslint.config(
  { ignores: ['.next/**', '.open-next/**', 'node_modules/**', 'src/lib/api/schema.d.ts', 'src/lib/api/frames.d.ts', 'next-env.d.ts', 'test-results/**'] },
  ...tseslint.configs.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'no barrel files: import from where it stands' }],
      // A dialog and a room one has just opened are what its person wants to write in.
      'jsx-a11y/no-autofocus': 'off',
      // The log of messages is scrolled with the keyboard, and so is code that is wider than its box.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { tags: ['pre'], roles: ['log', 'group'] }],
    },
  },
  { files: ['src/lib/protocol/**/*.ts'], ignores: ['**/*.test.ts'], rules: { 'no-restricted-globals': ['error', 'window', 'document', 'fetch', 'WebSocket', 'localStorage', 'setTimeout', 'setInterval', 'navigator', 'crypto'] } },
);
