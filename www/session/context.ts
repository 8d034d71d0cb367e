/** How components reach the session without handing it down through every one of them. */
import { getContext, setContext } from "svelte";
import type { Core } from "../core/protocol";
import type { Session } from "./session.svelte";

const SESSION = Symbol("session");
const CORE = Symbol("core");

export function provide(session: Session, core: Core): void {
  setContext(SESSION, session);
  setContext(CORE, core);
}

export function useSession(): Session {
  return getContext<Session>(SESSION);
}

export function useCore(): Core {
  return getContext<Core>(CORE);
}
