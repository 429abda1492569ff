import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { ScanPlan } from '../lambdas/run-scan/deps.ts'
import { type Account, startAccount } from '../local/account.ts'
import { loadFleet } from '../local/fleet.ts'
import { nodeKey, type StoredFinding } from '../shared/findings/records.ts'
import { plainText } from '../shared/report/plain-text.ts'
import type { Store } from '../shared/store/store.ts'
import { UsageError } from './exit-code.ts'
import { isInFleet, type ScanView } from './fleet-view.ts'
import { makeDataDir, onStore, userErrors } from './local-store.ts'
import { say } from './output.ts'
import { startProgress } from './progress.ts'

/** The fleet of `npm start`, and of a scan that names no other. */
export const SAMPLE_FLEET = fileURLToPath(new URL('../samples/fleet.yaml', import.meta.url))

/** A message as a subscriber got it, for people. */
export type SentDigest = { scanId: string; subject: string; text: string }

export type LocalScan = ScanView & { findings: StoredFinding[]; sent: SentDigest[] }

export type LocalScanOptions = {
  dataDir: string
  fleetFile: string
  configFile?: string
  /** Scans these instances alone: ids, or `account/region/id`. */
  only?: string[]
}

/** Runs one scan in the embedded account, to its end, with progress on stderr. Throws UsageError. */
export const runLocalScan = async (options: LocalScanOptions): Promise<LocalScan> => {
  const { dataDir, only } = options
  makeDataDir(dataDir)
  return withAccount(options, { onlyPlans: false }, (account) =>
    onStore(account.dynamodbUrl, async (store) => {
      await closeAbandoned(store)
      return read(store, account, await runWithProgress(account, only))
    }),
  )
}

/** What a scan would do, from the embedded account's inventory alone. Throws UsageError. */
export const planLocalScan = async (options: LocalScanOptions): Promise<ScanPlan> =>
  withAccount(options, { onlyPlans: true }, (account) => account.planScan(onlyOf(options.only)))

const onlyOf = (only: string[] | undefined): { only?: string[] } => (only === undefined ? {} : { only })

const withAccount = async <T>(
  { dataDir, fleetFile, configFile, only }: LocalScanOptions,
  { onlyPlans }: { onlyPlans: boolean },
  work: (account: Account) => Promise<T>,
): Promise<T> => {
  const fleet = await userErrors(loadFleet(fleetFile))
  for (const { id } of fleet.skipped)
    say(`${id} is left out: it is this machine, and this machine is no Linux`)
  const what = only ? only.map((name) => plainText(name)).join(', ') : `${fleet.instances.length} instances`
  say(`${onlyPlans ? 'looking at' : 'scanning'} ${what} of ${relative('.', fleetFile)} (data: ${dataDir})`)
  const config = configFile === undefined ? {} : { configFile }
  const account = await userErrors(startAccount({ dataDir, fleet, onlyPlans, ...config }))
  try {
    return await work(account)
  } finally {
    await account.stop()
  }
}

/** This process has the data folder alone: a scan that is still open there was cut off, and holds the lock. */
const closeAbandoned = async (store: Store): Promise<void> => {
  for (const { scanId, status } of await store.scans(SCANS_BACK))
    if (status === 'open')
      await store.closeScan(scanId, { status: 'failed', closedAt: new Date().toISOString() })
}

const SCANS_BACK = 20
const LOOK_AGAIN_MS = 200

const runWithProgress = async (account: Account, only: string[] | undefined): Promise<unknown> => {
  const progress = startProgress()
  let running = true
  const result = account.runScan(onlyOf(only)).finally(() => {
    running = false
  })
  try {
    while (running) {
      const { sent, ended } = account.progress()
      progress.update(ended, sent)
      await Promise.race([result, sleep(LOOK_AGAIN_MS)])
    }
    return await result
  } finally {
    progress.stop()
  }
}

const scanResult = z.object({ scanId: z.string(), status: z.string(), message: z.string().optional() })

const read = async (store: Store, account: Account, result: unknown): Promise<LocalScan> => {
  const { scanId, status, message } = scanResult.parse(result)
  if (status === 'refused') throw new UsageError(message ?? `scan ${scanId} was refused`)
  const record = await store.scan(scanId)
  if (record === undefined) throw new Error(`scan ${scanId} has ended and is not in the table`)
  const results = await store.commandResults(scanId)
  const seen = new Set(
    results.flatMap(({ account, region, outcomes }) =>
      outcomes.map(({ instanceId }) => nodeKey({ account, region, instanceId })),
    ),
  )
  const findings = (await store.findings({})).filter((each) => seen.has(nodeKey(each)) && isInFleet(each))
  return { record, results, findings, sent: await sentDigests(store, account) }
}

/** The queue shows that a message went out; the table has the body that a mail subscriber gets. */
const sentDigests = async (store: Store, account: Account): Promise<SentDigest[]> => {
  const sent: SentDigest[] = []
  for (const { subject = '', body, attributes } of await account.publishedDigests()) {
    const scanId = attributes.scanId ?? ''
    const frozen = await store.digest(scanId, ROUTE)
    sent.push({ scanId, subject, text: frozen?.bodies.email ?? body })
  }
  return sent
}

/** The route that everybody subscribes to. */
const ROUTE = 'default'
