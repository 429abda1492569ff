import { defineConfig } from 'vitest/config'

/** Tests that start processes named etcd, or look at the whole of this machine, would see each other's. */
const ONE_AT_A_TIME = ['test/e2e/real-etcd.test.ts', 'test/evidence/**/*.test.ts', 'test/local/**/*.test.ts']
/** They look at this machine too, but start no such process: they keep clear of those above, and not of each other. */
const COMMAND = ['test/cli/**/*.test.ts', 'test/e2e/**/*.test.ts']
const times = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    // Much of the time goes into waiting, for processes and for the durable engine.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...times,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...ONE_AT_A_TIME, ...COMMAND],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...times,
          name: 'command',
          include: COMMAND,
          exclude: ONE_AT_A_TIME,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...times,
          name: 'whole',
          include: ONE_AT_A_TIME,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
