import * as z from 'zod'

/**
 * The kinds of values in `fleet-scanner.yaml`. The file is read without types, so that account 012345678901 keeps its
 * zero: everything arrives as text. What stands in `meta` tells editors, which do read types, what to accept.
 */

/** A whole number. */
export const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .meta({ type: ['integer', 'string'], minimum: least, maximum: most })

export const yesOrNo = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .meta({ type: ['boolean', 'string'], enum: [true, false, 'true', 'false'] })

export const name = (what: string) => z.string().trim().min(1, `must be ${what}, not empty`)

export const list = <T extends z.ZodType>(of: T, what: string) =>
  z.array(of).min(1, `must list at least one ${what}`)

export const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'must be a region, such as eu-west-1')

export const accountId = z
  .string()
  .regex(/^\d{12}$/, 'must be an account id of 12 digits')
  .meta({ type: ['integer', 'string'], maximum: 999_999_999_999 })

export const email = z.email('must be an email address')

/** One of these words. */
export const oneOf = <const T extends string>(words: T[]) =>
  z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`)

export const severity = oneOf(['low', 'medium', 'high', 'critical'])
