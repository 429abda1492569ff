import { Presets, SingleBar } from 'cli-progress'
import { say } from './output.ts'

/** How far a scan is: instances that the collector was sent to, and those that have ended with it. */
export type Progress = {
  /** `sent` grows while the inventory is read. */
  update(ended: number, sent: number): void
  stop(): void
}

/** A bar on a terminal; elsewhere, such as in a log, a line for each change. Both on stderr. */
export const startProgress = (): Progress => (process.stderr.isTTY ? bar() : lines())

const bar = (): Progress => {
  const shown = new SingleBar(
    {
      format: 'scanning [{bar}] {value} of {total} instances have answered',
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  )
  let started = false
  return {
    update: (ended, sent) => {
      if (sent === 0) return
      if (!started) shown.start(sent, ended)
      started = true
      shown.setTotal(sent)
      shown.update(ended)
    },
    stop: () => shown.stop(),
  }
}

const lines = (): Progress => {
  let last = ''
  return {
    update: (ended, sent) => {
      const line = `${ended} of ${sent} instances have answered`
      if (sent > 0 && line !== last) say(line)
      last = line
    },
    stop: () => {},
  }
}
