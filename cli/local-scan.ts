import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ScanPlan } from '../lambdas/run-scan/deps.ts'
import type { NotifyTested } from '../lambdas/run-scan/notify-test.ts'
import { type Account, startAccount } from '../local/account.ts'
import { AMAZON_Q } from '../local/digest-inbox.ts'
import { loadFleet } from '../local/fleet.ts'
import { DEFAULT_ROUTE, digestKey } from '../shared/report/digest-routes.ts'
import { plainText } from '../shared/report/plain-text.ts'
import type { Store } from '../shared/store/store.ts'
import { makeDataDir, onStore, userErrors } from './local-store.ts'
import { say } from './output.ts'
import { startProgress } from './progress.ts'
import { openedScan, type ScanReport, type SentDigest, scanSeen } from './scan-seen.ts'

/** The fleet of `npm start`, and of a scan that names no other. */
export const SAMPLE_FLEET = fileURLToPath(new URL('../samples/fleet.yaml', import.meta.url))

export type LocalScanOptions = {
  dataDir: string
  fleetFile: string
  configFile?: string
  /** Scans these instances alone: ids, or `account/region/id`. */
  only?: string[]
}

/** Runs one scan in the embedded account, to its end, with progress on stderr. Throws UsageError. */
export const runLocalScan = async (options: LocalScanOptions): Promise<ScanReport> => {
  const { dataDir, only } = options
  makeDataDir(dataDir)
  return withAccount(options, { onlyPlans: false }, (account) =>
    onStore(account.dynamodbUrl, async (store) => {
      await closeAbandoned(store)
      return read(store, account, await runWithProgress(account, only))
    }),
  )
}

/**
 * What a scan would do, from the embedded account's inventory alone; with `check`, also what its selectors may have
 * missed. Throws UsageError.
 */
export const planLocalScan = async ({
  check = false,
  ...options
}: LocalScanOptions & { check?: boolean }): Promise<ScanPlan> =>
  withAccount(options, { onlyPlans: true }, (account) =>
    account.planScan({ ...onlyOf(options.only), ...(check && { check }) }),
  )

/** Sends a test message to a route in the embedded account; `work` runs while that is there. Throws UsageError. */
export const testLocalRoute = async <T>(
  route: string,
  dataDir: string,
  { fleet: fleetFile, config }: { fleet?: string | undefined; config?: string | undefined },
  work: (answer: NotifyTested) => Promise<T>,
): Promise<T> => {
  const fleet = await userErrors(loadFleet(fleetFile ?? SAMPLE_FLEET))
  const configFile = config === undefined ? {} : { configFile: config }
  const account = await userErrors(startAccount({ dataDir, fleet, onlyPlans: true, ...configFile }))
  try {
    return await work(await account.notifyTest(route))
  } finally {
    await account.stop()
  }
}

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

const read = async (store: Store, account: Account, result: unknown): Promise<ScanReport> => {
  const scanId = openedScan(result)
  return { ...(await scanSeen(store, scanId)), sent: await sentDigests(store, account) }
}

/** The queue shows that a message went out; the table has the body that a mail subscriber gets. */
const sentDigests = async (store: Store, account: Account): Promise<SentDigest[]> => {
  const sent: SentDigest[] = []
  for (const { topicArn, subject = '', body, attributes } of await account.publishedDigests()) {
    // The same in another form.
    if (topicArn.endsWith(AMAZON_Q)) continue
    const { scanId = '', route = DEFAULT_ROUTE, kind } = attributes
    const frozen = await store.digest(scanId, digestKey(route, { reminder: kind === 'reminder' }))
    const text = frozen?.bodies.email ?? body
    sent.push({ scanId, ...(route !== DEFAULT_ROUTE && { route }), subject, text })
  }
  return sent
}
