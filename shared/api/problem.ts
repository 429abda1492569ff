import * as z from 'zod'

const wrongParameter = z.object({
  parameter: z.string().describe('its name'),
  problem: z.string().describe('what is wrong with it'),
})

export type WrongParameter = z.infer<typeof wrongParameter>

/** An error as RFC 9457 has it (`application/problem+json`). `title` is HTTP's own phrase for the status. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank').describe('the status says what kind of problem it is'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('what is wrong here, and what to do'),
    errors: z.array(wrongParameter).optional().describe('of a 400: every parameter that is wrong'),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 has it.' })

export type Problem = z.infer<typeof problemSchema>

const TITLES = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  410: 'Gone',
  413: 'Content Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

export type ProblemStatus = keyof typeof TITLES

/** A request that is answered with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: ProblemStatus
  readonly errors: WrongParameter[] | undefined

  constructor(status: ProblemStatus, detail: string, errors?: WrongParameter[]) {
    super(detail)
    this.status = status
    this.errors = errors
  }
}

/** A 400 that names what is wrong. */
export const wrongParameters = (errors: WrongParameter[]): ProblemError =>
  new ProblemError(400, errors.map(({ parameter, problem }) => `${parameter} ${problem}`).join('; '), errors)

/** The problem as it is sent. */
export const problemOf = ({ status, message, errors }: ProblemError): Problem => ({
  type: 'about:blank',
  title: TITLES[status],
  status,
  detail: message,
  ...(errors && { errors }),
})

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
])

/** What a caller is told of an error: nothing of its text, which may name what is not the caller's. */
export const asProblem = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error
  return error instanceof Error && THROTTLED.has(error.name)
    ? new ProblemError(503, 'the table is asked too much at the moment; try again in a few seconds')
    : new ProblemError(500, 'something went wrong here; the log of the API says what')
}
