/**
 * Made from shared/api/asyncapi.yaml by `npm run generate`. Do not edit.
 */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        View: {
            /** @constant */
            action: "view";
            /** Format: uuid */
            room_id: string | null;
        };
        /** @description The last event held of each stream. At most 20 rooms; the viewed one always, the others in turn. */
        Heartbeat: {
            /** @constant */
            action: "heartbeat";
            user: number;
            rooms: {
                [key: string]: number;
            };
        };
        Typing: {
            /** @constant */
            action: "typing";
            /** Format: uuid */
            room_id: string;
        };
        /**
         * @description A numbered event. `data` by type: message.created, message.updated → Message of the HTTP API (a deleted one as tombstone; `mine` of its reactions is each recipient's) ·
         *     member.updated → Member · member.removed → {user_id} · room.updated → Room without role, notify, last_read_message_id, unread_count, unread_mentions ·
         *     room.deleted → {} · room.joined → Room · room.left → {room_id} ·
         *     invitation.created, invitation.updated → Invitation. `data` that would not fit 28 KB is {"ref": id}, to be fetched.
         *     Events of one thing that follow each other may come in one frame, as `data` is the thing as it is now: a burst of reactions, say. It
         *     stands for all numbers from `from` to `event`, and is applied if `from` is at most the next number and `event` at least that.
         */
        Event: {
            /** @enum {string} */
            type: "message.created" | "message.updated" | "member.updated" | "member.removed" | "room.updated" | "room.deleted" | "room.forked" | "invitation.created" | "invitation.updated" | "balance.updated" | "room.joined" | "room.left";
            /** @description `room:<id>` or `user` */
            stream: string;
            /** @description The first of the events that this frame stands for; where it is missing it stands for one */
            from?: number;
            event: number;
            /** Format: date-time */
            at: string;
            data: Record<string, never>;
        };
        Delta: {
            /** @constant */
            type: "ai.delta";
            /** Format: uuid */
            room_id: string;
            /** Format: uuid */
            message_id: string;
            attempt: number;
            /** @description In Unicode code points */
            offset: number;
            text: string;
        };
        /**
         * @description How far a model has come that thinks before it writes. It replaces the one before and ends with the first ai.delta of its
         *     attempt, or with the message's event. One that is lost is made good by the next.
         */
        Thinking: {
            /** @constant */
            type: "ai.thinking";
            /** Format: uuid */
            room_id: string;
            /** Format: uuid */
            message_id: string;
            attempt: number;
            elapsed_ms: number;
            /** @description Spent on thinking so far; 0 while that is not known */
            tokens: number;
            /** @description What the provider shows of it, may be empty; of a long one the end */
            text: string;
        };
        SomeoneTypes: {
            /** @constant */
            type: "typing";
            /** Format: uuid */
            room_id: string;
            user: {
                id: string;
                username: string;
                display_name?: string;
            };
        };
        /**
         * @description Something of mine has changed that no stream tells of, to be fetched. Not numbered: one that is lost costs a look.
         *     `balance`: my account's (getBalance), after public answers only; `job`: one that I asked for (getJob), at most once a second.
         */
        Notice: {
            /** @constant */
            type: "notice";
            /** @enum {string} */
            kind: "balance" | "job";
            /** Format: uuid */
            id: string;
        };
        /** @description The head of each stream asked for, and my read position there. A room one is not in is null. */
        Pong: {
            /** @constant */
            type: "pong";
            user: number;
            rooms: {
                [key: string]: null | {
                    event: number;
                    read: string | null;
                };
            };
        };
        /** @description connection_replaced says that a newer connection took this one's place; it is closed next. */
        Error: {
            /** @constant */
            type: "error";
            code: string;
            detail: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
