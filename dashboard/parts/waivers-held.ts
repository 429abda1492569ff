import type { Node } from '../../shared/findings/records.ts'
import type { Exception } from '../../shared/queries/exceptions.ts'
import type { KnownNode } from '../../shared/store/store.ts'
import { isAbout } from '../../shared/waivers/match.ts'
import { ApiProblem, type Ask, pathOf } from '../ask.ts'
import { type Html, html, NOTHING } from '../html.ts'
import { code, data } from './data.ts'
import { day, time } from './time.ts'

type About = Node & { ruleId: string; cluster?: string | undefined }

/** The API's largest page; more waivers than this hold in no fleet. */
const MOST = 1000

/** The waivers that covered a finding at any time since a moment (ISO 8601), those that hold still too. */
export const waiversHeld = async (ask: Ask, about: About, from: string): Promise<Exception[]> => {
  const { exceptions } = await ask<{ exceptions: Exception[] }>('/v1/exceptions', { from, limit: MOST })
  const ofRule = exceptions.filter(({ rule }) => rule === about.ruleId)
  const { cluster, ...rest } = about
  const finding = {
    ...rest,
    ...(cluster !== undefined && { cluster }),
    ...(ofRule.some(({ scope }) => scope.kind === 'tag') && { tags: await tagsOf(ask, about) }),
  }
  return ofRule
    .filter((each) => isAbout(each, finding))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** As they are now: older ones are not kept. */
const tagsOf = async (ask: Ask, { account, region, instanceId }: Node): Promise<Record<string, string>> => {
  try {
    const { instance } = await ask<{ instance: KnownNode }>(
      `/v1${pathOf('instances', account, region, instanceId)}`,
    )
    return instance.tags
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return {}
    throw error
  }
}

/** When each of them held, and what it said. */
export const heldList = (waivers: Exception[], now: string): Html =>
  waivers.length === 0
    ? NOTHING
    : html`<h3>Waivers</h3><ul>${waivers.map(
        ({ id, createdAt, ends, reason, ticket }) =>
          html`<li>From ${time(createdAt)} ${ends > now ? 'until' : 'to'} ${ends > now ? day(ends) : time(ends)}: ${code(id)}, ${data(reason, 500)} (ticket ${data(ticket)})</li>`,
      )}</ul>`
