/** How components reach the session without handing it down through every one of them. */
import { getContext, setContext } from "svelte";
import type { Session } from "./session.svelte";

const SESSION = Symbol("session");

export function provide(session: Session): void {
  setContext(SESSION, session);
}

export function useSession(): Session {
  return getContext<Session>(SESSION);
}
