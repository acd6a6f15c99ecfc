import type { Api } from '@/lib/protocol/ports';
import { bodyOf, type ApiClient } from './client';

/** The protocol's port over the typed HTTP client. */
export function protocolApi(client: ApiClient): Api {
  return {
    createRealtimeTicket: () => bodyOf(client.POST('/realtime/tickets')),
    listRooms: (cursor) => bodyOf(client.GET('/rooms', { params: { query: { cursor, limit: 100 } } })),
    getRoom: (roomId) => bodyOf(client.GET('/rooms/{roomId}', { params: { path: { roomId } } })),
    listMembers: (roomId, query) => bodyOf(client.GET('/rooms/{roomId}/members', { params: { path: { roomId }, query: { ...query, limit: 100 } } })),
    listMessages: (roomId, query) => bodyOf(client.GET('/rooms/{roomId}/messages', { params: { path: { roomId }, query } })),
    getMessage: (roomId, messageId) => bodyOf(client.GET('/rooms/{roomId}/messages/{messageId}', { params: { path: { roomId, messageId } } })),
    listChanges: (roomId, since) => bodyOf(client.GET('/rooms/{roomId}/changes', { params: { path: { roomId }, query: { since } } })),
    listMyChanges: (since) => bodyOf(client.GET('/me/changes', { params: { query: { since } } })),
    sendMessage: (roomId, body) => bodyOf(client.POST('/rooms/{roomId}/messages', { params: { path: { roomId } }, body })),
    editMessage: (roomId, messageId, body) => bodyOf(client.PATCH('/rooms/{roomId}/messages/{messageId}', { params: { path: { roomId, messageId } }, body })),
    deleteMessage: async (roomId, messageId) => {
      await bodyOf(client.DELETE('/rooms/{roomId}/messages/{messageId}', { params: { path: { roomId, messageId } } }));
    },
    regenerateReply: (roomId, messageId, key, body) =>
      bodyOf(client.POST('/rooms/{roomId}/messages/{messageId}/regenerate', { params: { path: { roomId, messageId }, header: { 'Idempotency-Key': key } }, body })),
    stopReply: (roomId, messageId) => bodyOf(client.POST('/rooms/{roomId}/messages/{messageId}/stop', { params: { path: { roomId, messageId } } })),
    markRead: (roomId, message_id) => bodyOf(client.PUT('/rooms/{roomId}/read', { params: { path: { roomId } }, body: { message_id } })),
  };
}
