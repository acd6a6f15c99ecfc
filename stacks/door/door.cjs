// The web app's door on AWS, in front of OpenNext's handler: whoever does not come through the edge is turned away, as
// at every function behind it, or the firewall could be walked around. The secret is read here, and not put into the
// environment by the deployment, so that two values are good while it is being replaced; ORIGIN_SECRET, with which the
// web app's own calls to the API say that the viewer's address may be believed, follows it.
//
// CommonJS, because a layer finds the runtime's own SDK by NODE_PATH.
'use strict';
const { createHash, timingSafeEqual } = require('node:crypto');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { GetSecretValueCommand, SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');

const HEADER = 'x-yoriai-origin-secret';
// How long the secret is kept, and how soon one that does not fit makes it be read again: the edge may be ahead of us.
const FRESH_MS = 5 * 60_000;
const RETRY_MS = 10_000;

const client = new SecretsManagerClient({});
let known = { good: [], asked: -Infinity };

const hash = (text) => createHash('sha256').update(text).digest();
const fits = (presented) => known.good.some((good) => timingSafeEqual(good, hash(presented)));

async function load() {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: process.env.ORIGIN_SECRET_ARN }));
  const { current, previous } = JSON.parse(SecretString);
  if (!current) throw new Error('the origin secret is empty');
  process.env.ORIGIN_SECRET = current;
  known = { good: [current, previous].filter(Boolean).map(hash), asked: Date.now() };
}

async function admits(presented) {
  const age = Date.now() - known.asked;
  if (age < FRESH_MS && (fits(presented) || age < RETRY_MS)) return fits(presented);
  try {
    await load();
  } catch (problem) {
    // What was good a moment ago still is, as long as nobody can say otherwise.
    if (!fits(presented)) throw problem;
  }
  return fits(presented);
}

const server = import(pathToFileURL(path.join(process.env.LAMBDA_TASK_ROOT, 'index.mjs')));

exports.handler = async (event, context) => {
  if (!(await admits(event.headers?.[HEADER] ?? ''))) {
    return { statusCode: 403, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Forbidden' };
  }
  delete event.headers[HEADER];
  return (await server).handler(event, context);
};
