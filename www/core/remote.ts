/** A class of the core as another thread has it. What the core declares is declared nowhere else: every call follows from it. */

/** Its methods, each answering later. What is made and freed where it lives is not called from elsewhere. */
export type Remote<Api> = {
  readonly [Name in keyof Api as CallName<Api, Name>]: Api[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

type CallName<Api, Name extends keyof Api> = Name extends "free" | symbol
  ? never
  : Api[Name] extends (...args: never) => unknown
    ? Name
    : never;

/** The methods by their names; `call` brings each one to where it is answered. What it is given beside them stays here. */
export function remote<Api>(
  call: (name: keyof Remote<Api>, args: readonly unknown[]) => Promise<unknown>,
): Remote<Api> {
  const get = (own: object, name: string | symbol) => {
    if (Object.hasOwn(own, name)) return own[name as never];
    // Promises look for a method of this name in whatever they are given.
    if (typeof name === "symbol" || name === "then") return undefined;
    return (...args: readonly unknown[]) => call(name as keyof Remote<Api>, args);
  };
  return new Proxy({}, { get }) as Remote<Api>;
}
