import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

type Answer = Record<string, unknown>
type Command = { input: Record<string, unknown> }

/** A client that looks like the real one and whose every call goes through `around`. */
export const intercepted = (
  client: DynamoDBDocumentClient,
  around: (name: string, command: Command, call: () => Promise<Answer>) => Promise<Answer>,
): DynamoDBDocumentClient =>
  new Proxy(client, {
    get: (target, property) => {
      if (property !== 'send') return Reflect.get(target, property, target)
      return (command: Command) =>
        around(command.constructor.name, command, () => Reflect.apply(target.send, target, [command]))
    },
  })

const isWrite = (name: string) => /^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(name)

export class Crash extends Error {}

/**
 * A client that crashes once: at the nth write, before or after it takes effect. `writes()` counts, so that a run
 * without a crash tells how many there are.
 */
export const crashingClient = (
  client: DynamoDBDocumentClient,
  crash?: { atWrite: number; when: 'before' | 'after' },
) => {
  let writes = 0
  const crashing = intercepted(client, async (name, _, call) => {
    if (!isWrite(name)) return call()
    const due = ++writes === crash?.atWrite
    if (due && crash?.when === 'before') throw new Crash('before the write')
    const answer = await call()
    if (due) throw new Crash('after the write')
    return answer
  })
  return { client: crashing, writes: () => writes }
}

/** A client that tells which calls were made, by the name of their command. */
export const countingClient = (client: DynamoDBDocumentClient) => {
  const calls: string[] = []
  const counting = intercepted(client, (name, _, call) => {
    calls.push(name)
    return call()
  })
  return { client: counting, calls }
}
