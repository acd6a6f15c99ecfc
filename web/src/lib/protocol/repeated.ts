import { ApiError, backoff, type Clock } from './ports';

const ATTEMPTS = 4;

/** Asks again after a broken connection or a server in trouble. For requests whose key makes them count once. */
export async function repeated<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const again = error instanceof ApiError ? error.status >= 500 : true;
      if (!again || attempt >= ATTEMPTS) throw error;
      await new Promise<void>((resolve) => clock.after(backoff(clock, attempt), resolve));
    }
  }
}
