import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { intercepted } from '../store/client.fixture.ts'

/** Where a run fails: at the nth side effect, before it happens or after it has; with `dies` nothing works from then on. */
export type Fault = { at: number; when: 'before' | 'after'; dies?: boolean }

/** A call that failed; trying again helps. */
class CallFailed extends Error {}

/** The process has ended: no call of it reaches anything, and no retry helps, so that a run ends quickly. */
class ProcessDied extends Error {
  override readonly name = 'AccessDenied'
}

/** Calls that only look. Whatever else a function is given counts as a side effect, also what is added later. */
const LOOKS =
  /^(Get|BatchGet|Query|Scan|inventory|survey|document|progress|invocations|fullOutput|describe|list|get)/

/** Counts the side effects of what it wraps, and makes one of them fail. */
export const injector = (fault?: Fault) => {
  const effects: string[] = []
  let injected = 0
  let dead = false

  const fail = (what: string): never => {
    injected++
    dead = fault?.dies ?? false
    throw dead ? new ProcessDied(what) : new CallFailed(what)
  }

  const around = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (dead) throw new ProcessDied(`${name} by a process that is dead`)
    if (LOOKS.test(name)) return call()
    const isDue = effects.push(name) - 1 === fault?.at
    if (isDue && fault?.when === 'before') fail(`failed before ${name}`)
    if (!isDue) return call()
    // An answer that says no is lost as well.
    await call().catch(() => undefined)
    return fail(`failed after ${name}`)
  }

  return {
    effects,
    injected: () => injected,
    around,
    /** A document client whose writes are side effects. */
    client: (client: DynamoDBDocumentClient) =>
      intercepted(client, (name, { input }, call) => {
        const { pk, sk } = (input.Key ?? input.Item ?? {}) as { pk?: string; sk?: string }
        return around(`${name.replace('Command', '')} ${pk} ${sk}`, call)
      }),
    /** The same object, each of whose methods goes through here; fields that are no functions stay. */
    methods: <T extends object>(of: T): T =>
      new Proxy(of, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) =>
            around(String(property), async () => Reflect.apply(value, target, args))
        },
      }),
  }
}

export type Injector = ReturnType<typeof injector>
