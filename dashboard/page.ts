import type { Freshness } from '../shared/queries/freshness.ts'
import type { Rule } from '../shared/rules/rule.ts'
import type { Store } from '../shared/store/store.ts'
import type { WaiverPolicy } from '../shared/waivers/policy.ts'
import type { Ask } from './ask.ts'
import type { Html } from './html.ts'

/** The parts of the dashboard that the navigation leads to. */
export type Section = 'overview' | 'findings' | 'instances' | 'scans' | 'rules'

/** Where the table is: in words, and as the options of a command that a reader may copy. */
export type Place = { words: string; options: string }

/** Works on the table in the name of whoever runs the dashboard: `who` is as in `waivers add`. */
export type AsCaller = <T>(work: (store: Store, who: string) => Promise<T>) => Promise<T>

/** Who runs the dashboard, as `waivers add` says it, and what the configuration demands of waivers; absent before the first scan. */
export type Caller = { who: string; policy?: WaiverPolicy | undefined }

/** What a page is made from. */
export type PageRequest = {
  ask: Ask
  /** Of the path, decoded. */
  params: Record<string, string>
  query: URLSearchParams
  /** ISO 8601. */
  now: string
  place: Place
  rules: readonly Rule[]
  /** What a form must send back in its field `token`. */
  formToken: string
  /** Asked for only where a waiver could be: on a stack it is a call of STS. */
  caller: () => Promise<Caller>
}

/** A page, without what is around every page. */
export type View = {
  title: string
  current?: Section
  fresh?: Freshness | undefined
  body: Html
  /** As in HTTP; 200 where absent. */
  status?: number
}

/** Throws ApiProblem, which is shown as a page. */
export type Page = (request: PageRequest) => Promise<View>

/** A form that was sent: its fields (the last of each name) and who sends it. */
export type ActionRequest = PageRequest & { form: Record<string, string>; asCaller: AsCaller }

/** Does what a form asks; then leads to a page (a path of this dashboard), or shows one that says what is wrong. */
export type Action = (request: ActionRequest) => Promise<View | { redirect: string }>
