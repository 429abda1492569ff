/** How often each operation was requested since the last `take`. */
export type CallCounter = {
  count(operation: string): void
  /** The counts by operation, such as `SendCommand`; they begin at nothing again. */
  take(): Record<string, number>
}

export const callCounter = (): CallCounter => {
  let counts: Record<string, number> = {}
  return {
    count: (operation) => {
      counts[operation] = (counts[operation] ?? 0) + 1
    },
    take: () => {
      const taken = counts
      counts = {}
      return taken
    },
  }
}

/**
 * Tells what was called each time the function stops, also where it fails. A durable execution takes several
 * invocations, and from within it does not see that one of them ends: hence around the handler.
 */
export const reportingCalls =
  <Event, Context, Answer>(
    handler: (event: Event, context: Context) => Promise<Answer>,
    counter: Pick<CallCounter, 'take'>,
    report: (counts: Record<string, number>) => void,
  ) =>
  async (event: Event, context: Context): Promise<Answer> => {
    try {
      return await handler(event, context)
    } finally {
      report(counter.take())
    }
  }
