import type { ScanRecord } from '../findings/records.ts'
import { type Link, readChain } from './chain.ts'
import type { NewestEvidence } from './check-findings.ts'
import { type Checking, checkLeaves, nothingSealed, type Sealed, settleGone } from './check-leaves.ts'
import { checkStored } from './check-stored.ts'
import { nameOf } from './gather.ts'
import type { Leaf } from './leaves.ts'
import { readPart } from './parts.ts'
import { itemName, type SealProblem } from './problems.ts'
import { holdsSeal, type SealReader } from './reader.ts'
import { marksAmiss, unsealedScans } from './unsealed-scans.ts'

/** The newest seal: who keeps its hash elsewhere can tell later whether anything up to it was changed. */
export type Head = { number: number; hash: string; scanId: string; sealedAt: string }

export type SealReport = {
  /** How many seals there are. */
  sealed: number
  /** Null: there is none. */
  head: Head | null
  /** The anchor that was asked for, and whether a seal of the chain has it; absent: none was. */
  anchor?: { hash: string; found: boolean }
  /** Items that were held against their seals, and those that have expired as the seals foretold. */
  checked: number
  expired: number
  problems: SealProblem[]
  /** What was before the first seal: scans, and changes that no seal names. */
  before: { scans: number; transitions: number }
  /** Scans that are under way, or have ended just now. */
  underWay: string[]
  /** Instances whose findings a scan under way has begun to write: they are not held against their last changes. */
  excused: number
}

/** Holds everything that is stored against the seals. `now` is ISO 8601. Throws what reading throws. */
export const verifySeals = async (
  source: SealReader,
  { anchor, now }: { anchor?: string; now: string },
): Promise<SealReport> => {
  const reader = readingOnce(source)
  const moment = Date.parse(now)
  const problems: SealProblem[] = []
  const started = performance.now()
  // Records first: a seal is made before its scan's record names it.
  const scans = await reader.scans()
  const chain = await readChain(reader, problems)
  problems.push(...marksAmiss(chain, scans, reader.raw !== undefined))
  const found = anchor === undefined || chain.some(({ hash }) => hash === anchor)
  const [head] = chain
  if (anchor !== undefined && !found) problems.unshift(noAnchor(anchor, head))
  const asked = anchor === undefined ? {} : { anchor: { hash: anchor, found } }
  const first = chain.at(-1)
  if (!head || !first)
    return {
      ...{ sealed: 0, head: null, ...asked, checked: 0, expired: 0, problems },
      ...{ before: { scans: scans.length, transitions: 0 }, underWay: [], excused: 0 },
    }

  const sealed = nothingSealed(problems)
  const newest: NewestEvidence = new Map()
  const partsSeen = new Set<string>()
  for (const link of chain) {
    if (!holdsSeal(reader.scope, link.number)) continue
    const checking = { ...link, results: await reader.results(link.manifest.scan.scanId) }
    for (const [name, hash] of link.manifest.parts) {
      if (partsSeen.has(hash)) continue
      partsSeen.add(hash)
      await checkPart(reader, checking, { name, hash }, sealed, newest, moment)
    }
    lookForAdded(checking, sealed)
  }
  settleGone(sealed, moment, reader.scope.seals === undefined)
  const clock = () => moment + performance.now() - started
  const judged = (records: ScanRecord[]) => unsealedScans(chain, records, clock(), first)
  const unsealed = judged(scans)
  // What is no part of a span is nothing that is missing from it.
  if (reader.scope.seals === undefined) problems.push(...unsealed.problems)
  const { transitions, excused } = await checkStored(reader, sealed, {
    ...{ newest, sealedAt: head.manifest.sealedAt, now: clock(), scans: unsealed },
    scansAgain: async () => judged(await reader.scans()),
  })
  return {
    ...{ sealed: chain.length, head: headOf(head), ...asked },
    ...{ checked: sealed.checked, expired: sealed.expired, problems },
    ...{ before: { scans: unsealed.before, transitions }, underWay: unsealed.underWay, excused },
  }
}

const checkPart = async (
  reader: SealReader,
  link: Checking,
  { name, hash }: { name: string; hash: string },
  sealed: Sealed,
  newest: NewestEvidence,
  now: number,
): Promise<void> => {
  const gzip = await reader.part(hash)
  const leaves = gzip === undefined ? 'is missing' : readPart(gzip, hash)
  const { number } = link
  if (typeof leaves !== 'string') {
    for (const leaf of leaves) noteEvidence(leaf, number, newest)
    return checkLeaves(reader, link, leaves, sealed, now)
  }
  sealed.problems.push({
    kind: 'part',
    item: `part ${name} of seal ${number}`,
    problem: leaves,
    seal: number,
  })
}

/** The chain is read from its newest seal. */
const noteEvidence = ([kind, pk, sk]: Leaf, seal: number, newest: NewestEvidence): void => {
  if (kind !== 'evidence') return
  const hash = sk.slice('E#'.length)
  const known = newest.get(pk)
  if (!known) newest.set(pk, { seal, hashes: new Set([hash]) })
  else if (known.seal === seal) known.hashes.add(hash)
}

/** Results of a sealed scan that its seal does not name. */
const lookForAdded = ({ number, results }: Checking, sealed: Sealed): void => {
  for (const item of results)
    if (!sealed.keys.has(nameOf(item)))
      sealed.problems.push({
        kind: 'result',
        item: itemName('result', item),
        problem: 'no seal names it, though its scan is sealed: it was added',
        seal: number,
      })
}

/** Every seal states all waivers. */
const readingOnce = (reader: SealReader): SealReader => {
  let waivers: ReturnType<SealReader['waivers']> | undefined
  return {
    ...reader,
    waivers: () => {
      waivers ??= reader.waivers()
      return waivers
    },
  }
}

const headOf = ({ number, hash, manifest }: Link): Head => ({
  ...{ number, hash },
  ...{ scanId: manifest.scan.scanId, sealedAt: manifest.sealedAt },
})

const noAnchor = (anchor: string, head: Link | undefined): SealProblem => ({
  kind: 'anchor',
  item: `anchor ${anchor}`,
  problem: head
    ? `no seal has this hash: the end of the chain was cut off, or the chain was rewritten; the newest seal that is there is ${head.number}, of scan ${head.manifest.scan.scanId} (${head.hash})`
    : 'no seal has this hash: there are no seals at all',
})
