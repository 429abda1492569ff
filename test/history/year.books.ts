import {
  engineIn,
  isGone,
  isLetter,
  type Letter,
  LIVES,
  RELEASES,
  stayIn,
  WEEKS,
  writtenIn,
} from './year.fixture.ts'

/**
 * What the year must have come to, put down by hand and by bookkeeping of the test's own: nothing here asks the code that is tested.
 */

/** Which release judges: engine, and versions of the two rules that move on. */
type Versions = { engine: '1' | '2'; auth: 1 | 2; peerAuth: 1 | 2 }
const TODAY: Versions = { engine: '2', auth: 2, peerAuth: 2 }
const versionsIn = (week: number): Versions => ({
  engine: engineIn(week),
  auth: week < RELEASES.auth2 ? 1 : 2,
  peerAuth: week < RELEASES.peerAuth2 ? 1 : 2,
})

const RULES = [
  'etcd-auto-tls-disabled',
  'etcd-client-cert-auth-enabled',
  'etcd-client-certificate-set',
  'etcd-peer-auto-tls-disabled',
  'etcd-peer-certificate-set',
  'etcd-peer-client-cert-auth-enabled',
]
const SOUND = [
  'PASS AUTO_TLS_DISABLED',
  'PASS CLIENT_CERT_AUTH_ENABLED',
  'PASS CERTIFICATE_SET',
  'PASS PEER_AUTO_TLS_DISABLED',
  'PASS PEER_CERTIFICATE_SET',
  'PASS PEER_CLIENT_CERT_AUTH_ENABLED',
]
const all = (verdict: string): string[] => RULES.map(() => verdict)
const but = (changed: Record<number, string>): string[] => SOUND.map((verdict, i) => changed[i] ?? verdict)

/** The verdict of each rule on each kind of node, by who judges: the whole of what the two rules and the engine change. */
const VERDICTS: Record<Letter, (by: Versions) => string[]> = {
  sound: () => SOUND,
  'auto-tls': () =>
    but({ 0: 'FAIL AUTO_TLS_ENABLED', 1: 'FAIL CLIENT_CERT_AUTH_DISABLED', 2: 'FAIL CERTIFICATE_NOT_SET' }),
  loose: ({ auth }) => (auth === 1 ? but({ 1: 'FAIL CLIENT_CERT_AUTH_DISABLED' }) : SOUND),
  'own-peers': ({ peerAuth }) => (peerAuth === 1 ? SOUND : but({ 5: 'FAIL PEER_CA_NOT_SET' })),
  declared: ({ engine }) => all(engine === '1' ? 'ERROR NOT_RUNNING' : 'NOT_APPLICABLE DECLARED_ALONE'),
  hidden: () => all('ERROR ENVIRONMENT_UNREADABLE'),
  garbage: () => all('ERROR ENVELOPE_MISSING'),
}

/** A verdict on the evidence that a node gave in a week. */
type Standing = { verdict: string; piece: number; letter: Letter; since: string; changedIn: number }
export type BookedChange = {
  at: string
  id: string
  rule: string
  from?: string
  to: string
  cause?: string
  closed?: string
}
type Statement = { id: string; rule: string; piece: number; letter: Letter; verdict: string; at: string }

/** The books of a year. */
export const keepBooks = () => {
  const changes: BookedChange[] = []
  const statements = new Map<string, Statement>()
  /** What stood in each week, by node and rule: the verdict of its last change, and of which week its evidence is. */
  const stood: Map<string, { verdict: string; statement: string }>[] = []
  const standing = new Map<string, Standing>()
  const judged = new Map<string, { letter: Letter; by: Versions }>()
  const state = (id: string, rule: string, { piece, letter, verdict }: Standing, at: string) => {
    const key = `${id} ${rule} ${piece}`
    if (!statements.has(key)) statements.set(key, { id, rule, piece, letter, verdict, at })
    return key
  }
  const lastChange = new Map<string, { verdict: string; statement: string }>()

  const leave = (id: string, week: number, why: string) =>
    RULES.forEach((rule) => {
      const now = standing.get(`${id} ${rule}`)
      if (!now) return
      changes.push({ ...{ at: writtenIn(week), id, rule, from: now.verdict, to: now.verdict, closed: why } })
      standing.delete(`${id} ${rule}`)
      lastChange.delete(`${id} ${rule}`)
      judged.delete(id)
    })

  const look = (id: string, week: number, letter: Letter) => {
    const [by, before] = [versionsIn(week), judged.get(id)]
    const isSame = before?.letter === letter
    if (isSame && JSON.stringify(before.by) === JSON.stringify(by)) return
    VERDICTS[letter](by).forEach((verdict, i) => {
      const rule = RULES[i] ?? ''
      const was = standing.get(`${id} ${rule}`)
      const at = writtenIn(week)
      const statusStays = was?.verdict.split(' ')[0] === verdict.split(' ')[0]
      const since = was && statusStays ? was.since : at
      const now: Standing = { verdict, piece: week, letter, since, changedIn: week }
      standing.set(`${id} ${rule}`, now)
      if (was?.verdict === verdict) return
      const moved =
        rule === RULES[1]
          ? before?.by.auth !== by.auth
          : rule === RULES[5] && before?.by.peerAuth !== by.peerAuth
      const cause =
        !was || !isSame ? undefined : before.by.engine !== by.engine ? 'engine' : moved ? 'rule' : undefined
      changes.push({ at, id, rule, ...(was && { from: was.verdict }), to: verdict, ...(cause && { cause }) })
      lastChange.set(`${id} ${rule}`, { verdict, statement: state(id, rule, now, at) })
    })
    judged.set(id, { letter, by })
  }

  for (let week = 0; week < WEEKS; week++) {
    for (const id of Object.keys(LIVES)) {
      const stay = stayIn(id, week)
      if (isLetter(stay)) look(id, week, stay)
      else if (isGone(stay)) leave(id, week, stay)
    }
    stood.push(new Map(lastChange))
  }
  for (const [key, now] of standing) {
    const [id = '', rule = ''] = key.split(' ')
    state(id, rule, now, now.since)
  }
  const todays = ({ letter, rule }: Statement) => VERDICTS[letter](TODAY)[RULES.indexOf(rule)] ?? ''
  const flips = [...statements].filter(([, each]) => each.verdict !== todays(each))
  return {
    changes,
    statements: [...statements.values()],
    pieces: new Set([...statements.values()].map(({ id, piece }) => `${id} ${piece}`)).size,
    /** What today's versions judge otherwise. */
    flips: flips.map(([, each]) => ({ ...each, today: todays(each) })),
    /** The fleet in a week: node, rule, verdict then and, where it is another, today's. */
    fleetIn: (week: number): string[] =>
      [...(stood[week] ?? [])].map(([key, { verdict, statement }]) => {
        const flip = flips.find(([name]) => name === statement)
        return `${key} ${verdict}${flip ? ` restated ${todays(flip[1])}` : ''}`
      }),
  }
}
