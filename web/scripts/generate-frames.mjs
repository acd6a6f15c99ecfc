// Makes src/lib/api/frames.d.ts, the types of the socket's frames, from the AsyncAPI contract.
// Its schemas are wrapped as an OpenAPI document so that one generator, with one style, serves both contracts.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

const here = new URL('..', import.meta.url);
const contract = parse(readFileSync(new URL('../shared/api/asyncapi.yaml', here), 'utf8'));
const ast = await openapiTS({
  openapi: '3.1.0',
  info: contract.info,
  paths: {},
  components: { schemas: contract.components.schemas },
});
writeFileSync(
  new URL('src/lib/api/frames.d.ts', here),
  `/**\n * Made from shared/api/asyncapi.yaml by \`npm run generate\`. Do not edit.\n */\n\n${astToString(ast)}`,
);
