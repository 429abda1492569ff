type Answer = object | Error | ((input: never) => object | Error)

/**
 * Stands in for an AWS client: answers each command, by its name, with the next of the given answers (the last one
 * again and again), and keeps what was asked.
 */
export const recordedClient = <Client>(answers: Record<string, Answer[]>) => {
  const asked: { name: string; input: Record<string, unknown> }[] = []
  const left = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]))
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const name = command.constructor.name.replace(/Command$/, '')
    asked.push({ name, input: command.input })
    const queue = left.get(name)
    const answer = queue && queue.length > 1 ? queue.shift() : queue?.[0]
    if (answer === undefined) throw new Error(`${name} was not expected`)
    const given = typeof answer === 'function' ? answer(command.input as never) : answer
    if (given instanceof Error) throw given
    return given
  }
  const inputsOf = (name: string) => asked.filter((each) => each.name === name).map(({ input }) => input)
  return { client: { send } as unknown as Client, asked, inputsOf }
}
