/** A class of the core as seen from another thread. Every call follows from the core's own declaration; there is no other. */

/** Its methods, which become asynchronous. Objects are created and freed only in the thread that owns them. */
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

/** The methods by name; `call` forwards each one to the thread that answers it. Properties set on the result itself stay here. */
export function remote<Api>(
  call: (name: keyof Remote<Api>, args: readonly unknown[]) => Promise<unknown>,
): Remote<Api> {
  const get = (own: object, name: string | symbol) => {
    if (Object.hasOwn(own, name)) return own[name as never];
    // A promise looks for a method of this name in any value that it resolves to.
    if (typeof name === "symbol" || name === "then") return undefined;
    return (...args: readonly unknown[]) => call(name as keyof Remote<Api>, args);
  };
  return new Proxy({}, { get }) as Remote<Api>;
}
