import * as z from 'zod'
import type { Route } from './route.ts'

/** What checks the parameters of a route: none but its own. */
export const querySchema = (of: Route) =>
  z.strictObject(of.query, { error: ({ code }) => unknownIn(code, of) })

const unknownIn = (code: string | undefined, { query }: Route): string | undefined =>
  code === 'unrecognized_keys'
    ? Object.keys(query).length > 0
      ? `is no parameter of this route; it takes ${Object.keys(query).join(', ')}`
      : 'is no parameter of this route; it takes none'
    : undefined
