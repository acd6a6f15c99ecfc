import type { Roster } from './roster';
import type { Visits } from './visits';

/** What a connection tells the server now and then: how far this page has read each log that it asks about. */
export function heartbeat(visits: Visits, roster: Roster): object {
  if (visits.covered) visits.coverAll(roster.ids());
  const rooms: Record<string, number> = {};
  for (const id of visits.next((roomId) => roster.get(roomId) !== undefined)) {
    const stream = roster.get(id)?.stream;
    if (stream) rooms[id] = stream.lastEvent;
  }
  return { action: 'heartbeat', user: roster.user.lastEvent, rooms };
}
