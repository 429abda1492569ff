import * as z from 'zod'

/** Query parameters: a list is sent comma-separated; what is undefined or empty is not sent. */
export type Params = Record<string, string | number | string[] | undefined>

/** Asks the API of a path under `/v1`, and returns the answer. Throws ApiProblem. */
export type Ask = <T>(path: string, params?: Params) => Promise<T>

const problemSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ parameter: z.string(), problem: z.string() })).optional(),
})

/** What the API says instead of an answer (problem+json), or what keeps it from answering. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  /** As in HTTP. */
  readonly status: number
  readonly title: string
  /** Sentences for whoever reads the page. */
  readonly details: string[]
  /** What of the question is wrong, by its name in the address. */
  readonly parameters: { parameter: string; problem: string }[]

  constructor(
    status: number,
    title: string,
    details: string[] = [],
    parameters: { parameter: string; problem: string }[] = [],
  ) {
    super([title, ...details].join(': '))
    this.status = status
    this.title = title
    this.details = details
    this.parameters = parameters
  }
}

/** The part of the API that is asked: a hono app's. */
export type Api = { request(path: string): Response | Promise<Response> }

/** `found` is what kept the table from answering meanwhile, in words for the user: it says more than the API, which hides inner faults. */
export const createAsk =
  (api: Api, found: () => string | undefined = () => undefined): Ask =>
  async <T>(path: string, params: Params = {}) => {
    const answer = await api.request(pathWith(path, params))
    if (answer.ok) return (await answer.json()) as T
    const cause = answer.status >= 500 ? found() : undefined
    if (cause !== undefined) throw new ApiProblem(503, 'The table does not answer', [cause])
    const { title = 'The question was refused', detail, errors } = await problemOf(answer)
    throw new ApiProblem(answer.status, title, detail === undefined ? [] : [detail], errors)
  }

const problemOf = async (answer: Response): Promise<z.infer<typeof problemSchema>> =>
  problemSchema.catch({}).parse(await answer.json().catch(() => ({})))

/** A path with its parameters, encoded. */
export const pathWith = (path: string, params: Params): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '')
    if (text !== '') query.set(name, text)
  }
  return query.size > 0 ? `${path}?${query}` : path
}

/** A path made of segments, each encoded: what is in them stays one segment. */
export const pathOf = (...segments: string[]): string =>
  `/${segments.map((each) => encodeURIComponent(each.toWellFormed())).join('/')}`
