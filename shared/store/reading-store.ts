import type { Store } from './store.ts'

/** The questions of the store: whoever has these alone cannot write. */
const QUESTIONS = [
  'scan',
  'scans',
  'scanAt',
  'scansBetween',
  'commandResults',
  'resultsOfTarget',
  'sentCommands',
  'findings',
  'findingsPage',
  'standing',
  'history',
  'transitionsAt',
  'transitionsBetween',
  'endsBetween',
  'transitionBefore',
  'restatements',
  'evidence',
  'nodes',
  'nodesOf',
  'targets',
  'waivers',
  'waiverRevisions',
  'settings',
] as const satisfies (keyof Store)[]

export type ReadingStore = Pick<Store, (typeof QUESTIONS)[number]>

/** The store without its writes, at run time too. */
export const readingStore = (store: ReadingStore): ReadingStore =>
  Object.fromEntries(QUESTIONS.map((question) => [question, store[question]])) as ReadingStore
