import { nodeKey, type StoredFinding } from '../../shared/findings/records.ts'
import { grantWaiver, takeBackWaiver, WaiverRefusedError } from '../../shared/waivers/grant.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import {
  requestOf,
  type WaiverEntry,
  WaiverEntryError,
  waiverEntrySchema,
} from '../../shared/waivers/waiver-entry.ts'
import { pathWith } from '../ask.ts'
import type { Action, ActionRequest } from '../page.ts'
import { forgetRows } from '../parts/findings-rows.ts'
import { findingPath } from '../parts/links.ts'
import type { WaiveErrors, WaiveField } from '../parts/waive-form.ts'
import { apiPathOf, type FindingAnswer, isWaivable } from './finding/answer.ts'
import { findingView } from './finding.ts'

/** Waives one finding in the name of who runs the dashboard, as `waivers add` does; or shows its page with what is wrong. */
export const waive: Action = async (request) => {
  const about = aboutOf(request)
  const { finding } = await about.ask<FindingAnswer>(apiPathOf(about.params))
  const errors: WaiveErrors = {}
  if (!finding || !isWaivable(finding))
    errors.form = 'this is no open failure any more, and nothing else can be waived'
  else {
    const added = await granted(about, finding, errors)
    if (added) forgetRows(request.ask)
    if (added) return { redirect: pathWith(pageOf(finding), { waived: added.id }) }
  }
  return findingView(about, { form: request.form, errors })
}

/** Ends a waiver, as `waivers remove` does. */
export const takeBack: Action = async (request) => {
  const about = aboutOf(request)
  const { account = '', region = '', instance = '', rule = '' } = about.params
  const { now, form, asCaller } = about
  try {
    await asCaller((store, who) => takeBackWaiver(store, form.id ?? '', { who, at: now }))
  } catch (error) {
    if (!(error instanceof WaiverRefusedError)) throw error
    return findingView(about, { form: {}, errors: { form: error.message } })
  }
  forgetRows(request.ask)
  return { redirect: findingPath({ account, region, instanceId: instance }, rule) }
}

/** The finding is named by the form, where a page has it in its path. */
const aboutOf = (request: ActionRequest): ActionRequest => {
  const { account = '', region = '', instance = '', rule = '' } = request.form
  return { ...request, params: { account, region, instance, rule } }
}

const pageOf = (finding: StoredFinding): string => findingPath(finding, finding.ruleId)

/** Undefined: not granted, and `errors` says why. */
const granted = async (
  { form, now, rules, asCaller }: ActionRequest,
  finding: StoredFinding,
  errors: WaiveErrors,
): Promise<Waiver | undefined> => {
  const parsed = waiverEntrySchema.safeParse(entryOf(form, finding))
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) errors[fieldOf(path[0])] ??= message
    return undefined
  }
  try {
    const request = requestOf(
      parsed.data,
      rules.map(({ id }) => id),
    )
    return await asCaller((store, who) => grantWaiver(store, request, { who, at: now }))
  } catch (error) {
    if (!(error instanceof WaiverEntryError || error instanceof WaiverRefusedError)) throw error
    errors[fieldOf(error.field)] = error.message
    return undefined
  }
}

/** Where it holds is taken from the finding, never from the form: what is shown is what is waived. */
const entryOf = (
  form: Record<string, string>,
  finding: StoredFinding,
): Record<string, string | undefined> => {
  const { reason = '', ticket = '', until = '', approvedBy = '' } = form
  const scope = form.scope === 'cluster' ? { cluster: finding.cluster ?? '' } : { instance: nodeKey(finding) }
  return {
    ...{ rule: finding.ruleId, ...scope, reason, ticket, until },
    ...(approvedBy.trim() !== '' && { approvedBy }),
  }
}

const FIELDS: WaiveField[] = ['reason', 'ticket', 'approvedBy', 'until']

const fieldOf = (key: PropertyKey | keyof WaiverEntry | undefined): WaiveField | 'form' => {
  if (key === 'instance' || key === 'cluster') return 'scope'
  return FIELDS.find((each) => each === key) ?? 'form'
}
