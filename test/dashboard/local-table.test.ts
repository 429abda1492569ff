import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { localTable } from '../../dashboard/local-table.ts'
import { watchedStore } from '../../dashboard/watched-store.ts'
import { DataInUseError, openDatabase } from '../../local/database.ts'

const HOLD = join(import.meta.dirname, '../local/hold-database.ts')
const folder = () => mkdtemp(join(tmpdir(), 'fleet-scanner-dashboard-'))

/** A scan in a process of its own, as in another shell: within one, two claims to a folder are not told apart. */
const otherScan = async (dataDir: string) => {
  const child = spawn(process.execPath, [HOLD, dataDir, 'scan'], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const end = async () => {
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  }
  return { end }
}

/** A dashboard whose pages are read all the time; `stop` says how many were. */
const busyReader = (dataDir: string) => {
  const table = localTable(dataDir)
  let reads = 0
  let goesOn = true
  const reader = async () => {
    while (goesOn) {
      await table.use((store) => store.settings())
      reads += 1
      await sleep(5)
    }
  }
  const all = Promise.all([reader(), reader(), reader()])
  const stop = async () => {
    goesOn = false
    await all
    await table.stop()
    return reads
  }
  onTestFinished(async () => void (await stop()))
  return { stop, reads: () => reads }
}

it('what nobody reads is let go of, and stopped it leaves nothing behind', async () => {
  const dataDir = await folder()
  const table = localTable(dataDir)
  await table.use((store) => store.settings())
  await sleep(1200)
  const scan = await openDatabase(dataDir)
  await scan.stop()
  await table.use((store) => store.settings())
  await table.stop()
  await (await openDatabase(dataDir)).stop()
})

it('what fails by itself fails, and is not tried again', async () => {
  const table = localTable(await folder())
  onTestFinished(() => table.stop())
  let tries = 0
  const work = () => {
    tries += 1
    return Promise.reject(new Error('mine'))
  }
  await expect(table.use(work)).rejects.toThrow('mine')
  expect(tries).toBe(1)
})

it('what keeps the table from answering is known in words until it answers', async () => {
  let error: Error | undefined = new DataInUseError('x', { pid: 7, purpose: 'scan' })
  const { store, trouble } = watchedStore(
    async () => {
      if (error) throw error
      return undefined as never
    },
    (each) => (each instanceof DataInUseError ? each.message : undefined),
  )
  expect(trouble()).toBeUndefined()
  await expect(store.settings()).rejects.toThrow('pid 7')
  expect(trouble()).toContain('pid 7')
  error = undefined
  await store.settings()
  expect(trouble()).toBeUndefined()
  expect(await Promise.resolve(store)).toBe(store)
})

it('scans get the folder from a dashboard that reads without a pause, and it reads on during them and after them', async () => {
  const dataDir = await folder()
  const dashboard = busyReader(dataDir)
  for (let scans = 0; scans < 2; scans++) {
    const scan = await otherScan(dataDir)
    const before = dashboard.reads()
    while (dashboard.reads() < before + 20) await sleep(5)
    // It ends in the middle of what is read from it.
    await scan.end()
  }
  expect(await dashboard.stop()).toBeGreaterThan(40)
})
