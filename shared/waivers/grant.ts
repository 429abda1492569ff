import type { Store } from '../store/store.ts'
import { problemOf, type WaiverPolicy } from './policy.ts'
import { type Act, granted, heldFor, removed } from './revisions.ts'
import type { Waiver, WaiverRequest } from './waiver.ts'
import type { WaiverEntry } from './waiver-entry.ts'

/** Why a waiver is not granted or taken back, in words for who asked. `field`: what of the request is wrong; absent: none of it is. */
export class WaiverRefusedError extends Error {
  override readonly name = 'WaiverRefusedError'
  readonly field: keyof WaiverEntry | undefined

  constructor(text: string, field?: keyof WaiverEntry) {
    super(text)
    this.field = field
  }
}

/** Adds a waiver in somebody's name: what every way to ask for one comes to. Throws WaiverRefusedError. */
export const grantWaiver = async (
  store: Pick<Store, 'settings' | 'waivers' | 'putWaiver'>,
  request: WaiverRequest,
  act: Act,
): Promise<Waiver> => {
  const problem = problemOf(request, act.who, await policyOf(store), act.at)
  if (problem) throw new WaiverRefusedError(problem.text, problem.field)
  const stored = await store.waivers()
  const held = heldFor(stored, request, act.at)
  if (held) throw new WaiverRefusedError(alreadyWaived(held))
  const waiver = granted(request, act, stored)
  if (!(await store.putWaiver(waiver, undefined))) throw changedMeanwhile(waiver.id)
  return waiver
}

/** Ends a waiver now, in somebody's name; its record stays. Throws WaiverRefusedError. */
export const takeBackWaiver = async (
  store: Pick<Store, 'waivers' | 'putWaiver'>,
  id: string,
  act: Act,
): Promise<Waiver> => {
  const waiver = (await store.waivers()).find((each) => each.id === id)
  if (waiver === undefined)
    throw new WaiverRefusedError(`there is no waiver ${id}; fleet-scanner waivers list has their ids`)
  if (waiver.removed) {
    const { at, by } = waiver.removed
    throw new WaiverRefusedError(`waiver ${id} was already removed on ${at.slice(0, 10)} by ${by}`)
  }
  const next = removed(waiver, act)
  if (!(await store.putWaiver(next, waiver))) throw changedMeanwhile(id)
  return next
}

/**
 * What the deployed configuration demands. Unknown before the first scan: then nothing is granted, since it might demand
 * more. Throws WaiverRefusedError.
 */
export const policyOf = async (store: Pick<Store, 'settings'>): Promise<WaiverPolicy> => {
  const settings = await store.settings()
  if (settings) return settings.waivers
  throw new WaiverRefusedError(
    'no scan has said yet what its configuration demands of waivers (settings `waivers`); run a scan first',
  )
}

/** Somebody else was faster: what was decided on is no longer so. */
export const changedMeanwhile = (id: string): WaiverRefusedError =>
  new WaiverRefusedError(`waiver ${id} was changed by somebody else meanwhile; look at it, and try again`)

const alreadyWaived = ({ id, until }: Waiver): string =>
  `${id} waives this already, until ${until.slice(0, 10)}; to change it, remove it first, or use waivers apply`
