// A storm of sign-ins: everybody at once, as after a talk in which the address was on the screen.
import { logIn, newPerson, rowsFor, scaled, summary, summaryTrendStats, thresholds } from './yoriai.js';

const people = scaled(100);

export const options = {
  summaryTrendStats,
  setupTimeout: '5m',
  scenarios: { storm: { executor: 'per-vu-iterations', vus: people, iterations: 2, maxDuration: '10m' } },
  thresholds: { went_well: thresholds.went_well, ...rowsFor('registerUser', 'logIn') },
};

export async function setup() {
  const crowd = [];
  for (let i = 0; i < people; i++) crowd.push(await newPerson());
  return crowd.filter(Boolean);
}

export default async function storm(crowd) {
  await logIn(crowd[(__VU - 1) % crowd.length]);
}

export const handleSummary = summary('a storm of sign-ins');
