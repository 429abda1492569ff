/**
 * One thing that was looked at: `problem` keeps scans from being whole, or people from being told, and comes with its
 * mend; `note` may be as it should be. `about` is what it is about, `says` what was found: both may hold text from tags.
 */
export type Check = {
  state: 'ok' | 'note' | 'problem'
  about: string
  says: string
  mend?: string
}

export const ok = (about: string, says: string): Check => ({ state: 'ok', about, says })
export const note = (about: string, says: string, mend?: string): Check => ({
  ...{ state: 'note', about, says },
  ...(mend !== undefined && { mend }),
})
export const problem = (about: string, says: string, mend: string): Check => ({
  ...{ state: 'problem', about, says },
  mend,
})
